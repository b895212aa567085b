// Package cross holds the tests of programs for other machines than the one that
// compiles them: the command on macOS, and on linux/arm64 the command and what runs in
// images, which starts there under qemu-user.
package cross
