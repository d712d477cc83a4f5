/** The value of a cookie that scripts may read, or "" when there is none. */
export function cookie(name: string, cookies: string = document.cookie): string {
  for (const pair of cookies.split("; ")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at) === name) return decodeURIComponent(pair.slice(at + 1));
  }
  return "";
}
