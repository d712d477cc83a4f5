import { useSearchParams } from "react-router";

/** Whose details are open, as the address has it: "drive:shelf-0", "cartridge:CAL001L8". */
export function useShow() {
  const [search, setSearch] = useSearchParams();
  const change = (shown: string | null) =>
    setSearch((known) => {
      const next = new URLSearchParams(known);
      if (shown === null) next.delete("show");
      else next.set("show", shown);
      return next;
    });
  return {
    shown: search.get("show"),
    open: (what: `drive:${string}` | `cartridge:${string}`) => change(what),
    close: () => change(null),
  };
}
