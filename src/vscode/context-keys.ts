import * as vscode from 'vscode';

/** Sets keys that the manifest goes by, each only when it has changed. */
export function contextKeys(): (key: string, value: unknown) => void {
  const known = new Map<string, unknown>();
  return (key, value) => {
    if (known.get(key) === value) return;
    known.set(key, value);
    void vscode.commands.executeCommand('setContext', key, value);
  };
}
