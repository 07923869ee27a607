import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import { checkAccountName, checkKeyPart, checkLoopbackAddress, freeAccountName, type Checked } from '../../../src/words/key.ts';
import { says, saysLike } from '../../texts.ts';

const verdict = (checked: Checked): string => ('value' in checked ? `taken: ${checked.value}` : english(checked.problem));

describe('a part of a key', () => {
  it('loses the space and line breaks that copying brought along', () => {
    assert.equal(verdict(checkKeyPart('  abc-123\r\n')), 'taken: abc-123');
    assert.equal(verdict(checkKeyPart('p@ss|W0rd!~')), 'taken: p@ss|W0rd!~');
  });

  it('is refused when empty, with space inside, or with characters no key has', () => {
    assert.match(verdict(checkKeyPart(' \n')), saysLike('key.needed'));
    assert.match(verdict(checkKeyPart('abc def')), saysLike('key.bad-part'));
    assert.match(verdict(checkKeyPart('abc\ndef')), saysLike('key.bad-part'));
    assert.match(verdict(checkKeyPart('schlüssel')), saysLike('key.bad-part'));
    assert.match(verdict(checkKeyPart('abc\u200bdef')), saysLike('key.bad-part'));
    assert.match(verdict(checkKeyPart('a'.repeat(513))), saysLike('key.bad-part'));
  });
});

describe('the name of an account', () => {
  it('is needed, tidy and not the name of another', () => {
    assert.equal(verdict(checkAccountName('  My   loans ', [])), 'taken: My loans');
    assert.match(verdict(checkAccountName('  ', [])), saysLike('key.needed'));
    assert.match(verdict(checkAccountName('main', ['Main'])), saysLike('key.already-account-named'));
    assert.match(verdict(checkAccountName('x'.repeat(61), [])), /60/);
  });

  it('is suggested with a number when the wish is taken', () => {
    assert.equal(freeAccountName('OKX', []), 'OKX');
    assert.equal(freeAccountName('OKX', ['okx', 'OKX 2']), 'OKX 3');
  });
});

describe('the address of a simulated exchange', () => {
  it('is this computer, and comes without a slash at its end', () => {
    assert.equal(verdict(checkLoopbackAddress(' http://127.0.0.1:9000/ ')), 'taken: http://127.0.0.1:9000');
    assert.equal(verdict(checkLoopbackAddress('http://localhost:9000')), 'taken: http://localhost:9000');
    assert.equal(verdict(checkLoopbackAddress('http://[::1]:9000')), 'taken: http://[::1]:9000');
  });

  it('is refused, with the reason, anywhere else and with anything behind the port', () => {
    for (const elsewhere of [
      'https://www.okx.com',
      'http://127.0.0.1.example.com:9000',
      'http://127.0.0.1@example.com',
      'http://192.168.1.5:9000',
      'http://0.0.0.0:9000',
      'http://localhost.example.com',
      'http://127.0.0.1:9000/api',
      'http://127.0.0.1:9000/?x=1',
      'http://user:pw@127.0.0.1:9000',
      'ftp://127.0.0.1',
      '127.0.0.1',
    ]) {
      assert.equal(verdict(checkLoopbackAddress(elsewhere)), says('site.only-loopback'), elsewhere);
    }
    assert.match(verdict(checkLoopbackAddress(' ')), saysLike('key.needed'));
  });
});
