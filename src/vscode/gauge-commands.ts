import * as vscode from 'vscode';
import { msg } from '../core/message.ts';
import { localize } from './localize.ts';
import type { App } from './front.ts';
import { commandIds, type CommandId } from './command-ids.ts';
import type * as Part from './gauge-panel.ts';
import { asPlace } from '../views/place.ts';
import { registerGuarded } from './guarded-command.ts';

const viewType = 'ltvGauge.gauges';

/** The panel "LTV Gauges": at most one per window, restored after a reload. Its code is loaded when it is first opened. */
export function registerGauges(app: App): vscode.Disposable {
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
          viewType,
          localize(msg('term.ltv-gauges', 'LTV Gauges')),
          vscode.ViewColumn.Active,
          webviewOptions,
        ),
      );
      current[show](asPlace(argument));
    });
  return vscode.Disposable.from(
    opening(commandIds.openGauges, 'show'),
    opening(commandIds.showHistory, 'showHistory'),
    vscode.window.registerWebviewPanelSerializer(viewType, {
      deserializeWebviewPanel: async (panel) => {
        panel.webview.options = webviewOptions;
        const part = await import('./gauge-panel.ts');
        if (!ended) adopt(part, panel);
      },
    }),
    {
      dispose: () => {
        ended = true;
        current?.dispose();
      },
    },
  );
}
