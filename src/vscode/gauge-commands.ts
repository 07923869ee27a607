import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { localize } from './localize.ts';
import type { App } from './front.ts';
import { commandIds, type CommandId } from './command-ids.ts';
import type * as Part from './gauge-panel.ts';
import { asPlace } from '../views/place.ts';
import { registerGuarded } from './guarded-command.ts';

/** Also takes up a panel that the editor kept over a reload. */
type Gauges = vscode.Disposable & { readonly restore: (panel: vscode.WebviewPanel) => Promise<void> };

/** The panel "LTV Gauges": at most one per window, restored after a reload. Its code is loaded when it is first opened. */
export function registerGauges(app: App): Gauges {
  let current: Part.GaugePanel | undefined;
  let ended = false;
  const webviewOptions: vscode.WebviewOptions = {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(app.context.extensionUri, 'dist', 'webview')],
  };
  const adopt = (part: typeof Part, panel: vscode.WebviewPanel): Part.GaugePanel => {
    current?.dispose();
    const adopted = new part.GaugePanel(app, panel, () => {
      if (current === adopted) current = undefined;
    });
    current = adopted;
    return adopted;
  };
  const opening = (command: CommandId, show: 'show' | 'showHistory'): vscode.Disposable =>
    registerGuarded(app, command, async (argument) => {
      const part = await import('./gauge-panel.ts');
      if (ended) return;
      // Checked only now: another call may have opened it while the part was loading.
      current ??= adopt(
        part,
        vscode.window.createWebviewPanel(
          'ltvGauge.gauges',
          localize(msg('term.ltv-gauges', 'LTV Gauges')),
          vscode.ViewColumn.Active,
          webviewOptions,
        ),
      );
      current[show](asPlace(argument));
    });
  const registered = vscode.Disposable.from(opening(commandIds.openGauges, 'show'), opening(commandIds.showHistory, 'showHistory'), {
    dispose: () => {
      ended = true;
      current?.dispose();
    },
  });
  const restore = async (panel: vscode.WebviewPanel): Promise<void> => {
    panel.webview.options = webviewOptions;
    const part = await import('./gauge-panel.ts');
    if (!ended) adopt(part, panel);
  };
  return Object.assign(registered, { restore });
}
