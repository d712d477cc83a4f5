/** A command as one would type it into a shell; only what a shell would take apart is quoted. */
export function quoted(argv: readonly string[]): string {
  return argv.map(word).join(" ");
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
