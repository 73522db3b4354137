/**
 * The names that an OVF's href can stand for, or why it is not followed. A package is a folder or an archive: nothing
 * that it names lies elsewhere. Some tools encode blanks in the href (%20), some do not: both are tried.
 */
export function hrefNames(href: string): readonly string[] | { readonly refused: string } {
  const names = [...new Set([href, decoded(href)])];
  const refused = names.map(whyNot).find((reason) => reason !== null);
  return refused === undefined ? names : { refused };
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

function whyNot(name: string): string | null {
  if (name === "") return "it names nothing";
  if (/^[a-z][a-z0-9+.-]*:/i.test(name)) return "it is an address outside the package";
  if (name.startsWith("/") || name.includes("\\")) return "it is no path relative to the package";
  if (name.split("/").includes("..")) return "it leads out of the package";
  if (/\p{Cc}/u.test(name)) return "it has control characters";
  return null;
}
