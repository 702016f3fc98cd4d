/** Text of others without what could command a terminal; line feeds stay. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what has to go
  return text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}')
}
