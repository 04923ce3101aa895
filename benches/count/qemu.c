/* A plugin for qemu-aarch64 that counts the instructions that a program executes, and how many of them load or store
 * vectors on the stack. Writes both numbers to the file that COUNT_FILE names.
 *
 * Debian's qemu-user takes plugins, but has no header for them: what is used of it is declared here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
enum { ADD = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*call)(qemu_plugin_id_t, struct qemu_plugin_tb*));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*call)(qemu_plugin_id_t, void*), void* data);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb* block, int operation, void* to, uint64_t value);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* block);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* block, size_t at);
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn* instruction);

#define EXPORTED __attribute__((visibility("default")))

/* Version 1 of the interface: that of QEMU 7 and 8. */
EXPORTED int qemu_plugin_version = 1;

static uint64_t count, on_stack;

/* Whether an instruction loads or stores a vector register at an offset from the stack pointer: one register (bits 29
 * to 27 are 111) or a pair (101), with bit 26 set for vectors, and register 31 as the base. */
static bool is_on_stack(uint32_t instruction) {
    const uint32_t class = (instruction >> 27) & 7;
    return (class == 7 || class == 5) && ((instruction >> 26) & 1) && ((instruction >> 5) & 31) == 31;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
    (void)id;
    const size_t n = qemu_plugin_tb_n_insns(block);
    size_t n_on_stack = 0;
    for (size_t at = 0; at < n; ++at) {
        uint32_t instruction;
        memcpy(&instruction, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(block, at)), sizeof instruction);
        n_on_stack += is_on_stack(instruction);
    }
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &count, n);
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD, &on_stack, n_on_stack);
}

static void ended(qemu_plugin_id_t id, void* data) {
    (void)id;
    (void)data;
    const char* name = getenv("COUNT_FILE");
    FILE* file = name ? fopen(name, "w") : NULL;
    if (!file) {
        fprintf(stderr, "COUNT_FILE must name a file that can be written\n");
        _Exit(1);
    }
    fprintf(file, "%llu %llu\n", (unsigned long long)count, (unsigned long long)on_stack);
    fclose(file);
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info* info, int n, char** arguments) {
    (void)info;
    (void)n;
    (void)arguments;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
    return 0;
}
