// Stands in for the native module @vscode/spdlog in the npm-hosted VS Code, so that no compiler is needed to install it.
// Writes the same lines to the same files, one at a time; nothing is rotated, since logs live as long as a start.
const { appendFileSync, mkdirSync } = require('node:fs');
const path = require('node:path');

const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical', 'off'];

class Logger {
  #file;
  #level = 2;
  #formatted = true;

  constructor(_type, _name, file) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.#file = file;
  }

  #write(level, message) {
    if (level < this.#level) return;
    const stamp = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().replace('T', ' ').slice(0, -1);
    try {
      appendFileSync(this.#file, this.#formatted ? `${stamp()} [${levels[level]}] ${message}\n` : message);
    } catch {
      // The folder may be gone at the end of a test; a log line is no reason to fail then.
    }
  }

  trace(message) {
    this.#write(0, message);
  }
  debug(message) {
    this.#write(1, message);
  }
  info(message) {
    this.#write(2, message);
  }
  warn(message) {
    this.#write(3, message);
  }
  error(message) {
    this.#write(4, message);
  }
  critical(message) {
    this.#write(5, message);
  }
  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {
    this.#formatted = true;
  }
  clearFormatters() {
    this.#formatted = false;
  }
  flush() {}
  drop() {}
}

const create = async (name, file) => new Logger('rotating', name, file);

// One by one: an `import` of this file finds only names that are assigned so.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
