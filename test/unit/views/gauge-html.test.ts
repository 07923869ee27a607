import assert from 'node:assert/strict';
import { gaugeHtml } from '../../../src/views/gauge-page.ts';

const html = gaugeHtml({
  nonce: 'bm9uY2U=',
  cspSource: 'https://editor.example',
  script: 'https://editor.example/main.js',
  style: 'https://editor.example/page.css?a=1&b=2',
  language: 'zh-cn',
  title: '<LTV> & "Gauges"',
});

describe('The shell of the page', () => {
  it('allows nothing but our script by its nonce and our style by its origin', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'");
    assert.equal(
      policy,
      "default-src 'none'; style-src https://editor.example; script-src 'nonce-bm9uY2U='; base-uri 'none'; form-action 'none'",
    );
  });

  it('has no style, handler or script of its own', () => {
    assert.doesNotMatch(html, /\sstyle=|\son\w+=|<style/);
    assert.deepEqual(html.match(/<script[^>]*>/g), ['<script type="module" nonce="bm9uY2U=" src="https://editor.example/main.js">']);
  });

  it('names its language and escapes what it is given', () => {
    assert.match(html, /<html lang="zh-cn">/);
    assert.match(html, /<title>&lt;LTV&gt; &amp; &quot;Gauges&quot;<\/title>/);
  });
});
