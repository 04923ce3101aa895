const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const prefix = b.option([]const u8, "prefix", "Folder that `cargo xtask install --prefix` was given; default: pkg-config finds the library");

    const module = b.addModule("mojo_audio", .{
        .root_source_file = b.path("src/mojo_audio.zig"),
        .target = target,
        .optimize = optimize,
        .link_libc = true,
    });
    if (prefix) |folder| {
        const lib: std.Build.LazyPath = .{ .cwd_relative = b.pathJoin(&.{ folder, "lib" }) };
        module.addLibraryPath(lib);
        module.addRPath(lib);
        module.linkSystemLibrary("mojo_audio", .{ .use_pkg_config = .no });
    } else {
        module.linkSystemLibrary("mojo_audio", .{});
    }

    const tests = b.addTest(.{ .root_module = b.createModule(.{
        .root_source_file = b.path("src/tests.zig"),
        .target = target,
        .optimize = optimize,
        .imports = &.{.{ .name = "mojo_audio", .module = module }},
    }) });
    b.step("test", "Run the package's tests").dependOn(&b.addRunArtifact(tests).step);
}
