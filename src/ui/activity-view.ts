import * as vscode from 'vscode';
import { Emitter } from '../core/emitter.ts';
import type { ActivityFeed } from './activity-feed.ts';
import type { App } from './app.ts';
import type { LazyPages } from './lazy-pages.ts';
import { showOutline } from './outline-view.ts';
import { loadViews } from './views-part.ts';

/** The Activity view. The journal is read only while somebody looks at it. */
export function registerActivityView(app: App, pages: LazyPages): vscode.Disposable {
  let feed: ActivityFeed | undefined;
  const again = new Emitter<undefined>();
  const outline = showOutline(app, pages, {
    id: 'ltvGauge.activity',
    load: async () => {
      const part = await loadViews();
      const made = new part.ActivityFeed(app.ledger, (error) => {
        app.log.error(error instanceof Error ? error : String(error));
      });
      await made.read();
      feed = made;
      const acts = {
        times: part.shortTimes(vscode.env.language),
        more: (accountId: string) => {
          made.more(accountId);
          again.fire(undefined);
        },
      };
      return (states, scene) => part.activityOutline(states, scene, made.view(), acts);
    },
    read: () => feed?.read(),
    onDidChange: again.on,
  });
  return vscode.Disposable.from(outline, again);
}
