/* Counts the instructions that a program executes between its two breakpoints (int3), by single steps: for
 * instruction sets that valgrind does not know. Prints the number.
 *
 *     step PROGRAM ARGUMENTS…
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int status;

static void fail(const char* what) {
    fprintf(stderr, "step: %s\n", what);
    exit(1);
}

/* Continues until the program stops, and returns whether it has stopped at a breakpoint of its own. */
static int stops_at_breakpoint(int how, pid_t program) {
    siginfo_t reason;
    if (ptrace(how, program, NULL, NULL) || waitpid(program, &status, 0) != program) fail("the program is gone");
    if (!WIFSTOPPED(status)) fail("the program ended before its second breakpoint");
    if (WSTOPSIG(status) != SIGTRAP) fail("the program stopped by another signal");
    if (ptrace(PTRACE_GETSIGINFO, program, NULL, &reason)) fail("no reason for the stop");
    return reason.si_code == SI_KERNEL;
}

int main(int n, char** arguments) {
    unsigned long long count = 0;
    if (n < 2) fail("the program is missing");
    const pid_t program = fork();
    if (program == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execv(arguments[1], arguments + 1);
        _exit(127);
    }
    if (program < 0 || waitpid(program, &status, 0) != program || !WIFSTOPPED(status)) fail("the program did not start");
    if (!stops_at_breakpoint(PTRACE_CONT, program)) fail("the program stopped before its first breakpoint");
    while (!stops_at_breakpoint(PTRACE_SINGLESTEP, program)) ++count;
    kill(program, SIGKILL);
    printf("%llu\n", count);
    return 0;
}
