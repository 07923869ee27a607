import { msg } from '../../core/message.ts';
import { alike, refused, type Meanings } from '../meaning.ts';

/** Why a margin is not changed. Source: https://bybit-exchange.github.io/docs/v5/error , unified account. */
export const positionMeanings: Meanings = {
  '110005': refused(
    msg('Bybit allows no change in the state this position is in, as while it liquidates. Look at it in the Bybit app now.'),
    'later',
  ),
  ...alike(
    ['110011', '110039', '110046'],
    refused(msg('The position would be liquidated at once. Take out less, or add margin first.'), 'less', 'addMargin'),
  ),
  ...alike(
    ['110004', '110006', '110007', '110012', '110014', '110044', '110045'],
    refused(msg('The Unified Trading Account does not have that much free. Use a smaller amount, or transfer money to it first.'), 'less'),
  ),
  '110015': refused(msg('Bybit allows this in isolated margin mode only. The account is in cross margin mode. Refresh.')),
  '110027': refused(msg('Bybit says that the margin is as it was. Refresh and look before you try again.')),
  ...alike(['110033', '110034'], refused(msg('Bybit has no such position. It may have been closed or liquidated. Refresh.'))),
  '110035': refused(
    msg('Bybit is cancelling orders to liquidate, and allows no change meanwhile. Look at the position in the Bybit app now.'),
    'later',
  ),
  '110042': refused(msg('Bybit is about to deliver this contract, and lets positions only be reduced meanwhile. See the Bybit app.')),
  '110050': refused(msg('Bybit does not know this coin here. Refresh and choose again.'), 'otherCoin'),
  '110074': refused(msg('This contract is not traded on Bybit now. Refresh and look, or see the Bybit app.'), 'later'),
  '110080': refused(
    msg(
      'The institutional loan of this account has reached its liquidation line, and Bybit is liquidating. Look at it in the Bybit app now.',
    ),
  ),
  '110124': refused(
    msg('A cooling-off period that was set on this account still runs. See in the Bybit app until when, and try again then.'),
    'later',
  ),
  '110063': refused(msg('Bybit is settling this contract, and allows no change meanwhile. Try again later.'), 'later'),
  '110066': refused(msg('Bybit allows no trading now, and so no change of margin. Try again later.'), 'later'),
  '110076': refused(msg('Bybit adds margin by itself in isolated margin mode only. See the Bybit app.')),
  '110077': refused(msg('Bybit does not allow this in portfolio margin mode. Refresh.')),
  '110078': refused(msg('That is more than can be taken from the margin of this position now. Use a smaller amount.'), 'less'),
  '110079': refused(
    msg('Bybit is working on an order of this position, such as one that closes it. Wait until it is done or cancel it, then try again.'),
    'later',
  ),
};
