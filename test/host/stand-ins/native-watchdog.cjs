// Stands in for the native module @vscode/native-watchdog, which ends an extension host that hangs after its parent has died.
// A host that does not hang looks after its parent by itself, every second.
module.exports = {
  start() {},
  exit(code) {
    process.exit(code ?? 0);
  },
};
