import assert from 'node:assert/strict';
import { parseStartOptions } from '../../host/start-options.ts';

describe('what a person may ask of npm start', () => {
  it('opens a window when nothing is asked', () => {
    assert.deepEqual(parseStartOptions([]), { browser: false, open: true, port: undefined });
  });

  it('takes the browser, no opening and a port', () => {
    assert.deepEqual(parseStartOptions(['--browser', '--no-open', '--port', '8080']), { browser: true, open: false, port: 8080 });
    assert.deepEqual(parseStartOptions(['--port=1']), { browser: false, open: true, port: 1 });
  });

  for (const port of ['0', '65536', '80 80', '8e3', '-1', 'x', '']) {
    it(`refuses the port “${port}”`, () => {
      assert.throws(() => parseStartOptions([`--port=${port}`]), /--port takes a number from 1 to 65535/);
    });
  }

  it('refuses an option that does not exist', () => {
    assert.throws(() => parseStartOptions(['--brwoser']), /--brwoser/);
  });
});
