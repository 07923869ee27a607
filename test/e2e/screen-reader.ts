import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Frame } from 'playwright-core';

const axeSource = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds to be a barrier for people who see the page badly or not at all: names of its rules. @param rules only those */
export async function faultsFor(page: Frame, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const only = rules === undefined ? '' : `, runOnly: ${JSON.stringify(rules)}`;
  return page.evaluate(
    `axe.run(document, { resultTypes: ['violations']${only} }).then((result) => result.violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))`,
  );
}
