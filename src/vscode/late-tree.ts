import * as vscode from 'vscode';
import type { OutlineNode } from '../views/outline-node.ts';

/**
 * A view of the container from the start, with what it shows once that is loaded. An older editor (1.110) shows nothing any more when a view is
 * given another provider.
 */
export class LateTree implements vscode.TreeDataProvider<OutlineNode>, vscode.Disposable {
  readonly view: vscode.TreeView<OutlineNode>;
  readonly #load: () => Promise<boolean>;
  readonly #changed = new vscode.EventEmitter<OutlineNode | OutlineNode[] | undefined>();
  #tree: vscode.TreeDataProvider<OutlineNode> | undefined;

  readonly onDidChangeTreeData = this.#changed.event;

  /** @param load ends with `show`; false when it failed, which the person was told */
  constructor(id: string, load: () => Promise<boolean>) {
    this.#load = load;
    this.view = vscode.window.createTreeView(id, { treeDataProvider: this, showCollapseAll: true });
  }

  show(tree: vscode.TreeDataProvider<OutlineNode>): vscode.Disposable | undefined {
    this.#tree = tree;
    return tree.onDidChangeTreeData?.((nodes) => {
      this.#changed.fire(nodes ?? undefined);
    });
  }

  async getChildren(node?: OutlineNode): Promise<OutlineNode[]> {
    await this.#load();
    return (await this.#tree?.getChildren(node)) ?? [];
  }

  getTreeItem(node: OutlineNode): vscode.TreeItem | Thenable<vscode.TreeItem> {
    return this.#tree?.getTreeItem(node) ?? {};
  }

  getParent(node: OutlineNode): vscode.ProviderResult<OutlineNode> {
    return this.#tree?.getParent?.(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: OutlineNode, token: vscode.CancellationToken): vscode.ProviderResult<vscode.TreeItem> {
    return this.#tree?.resolveTreeItem?.(item, node, token);
  }

  dispose(): void {
    this.view.dispose();
    this.#changed.dispose();
  }
}
