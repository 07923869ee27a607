/** Whether a text can name a coin, a loan or a position: names become keys of plain objects, where some keys mean something else already. */
export const isName = (text: string): boolean => text !== '' && !(text in Object.prototype);
