import { useEffect, useRef } from "react";
import { NavLink, useLocation } from "react-router";

import { cx } from "@/ui/cx";

interface TabLinksProps {
  label: string;
  links: readonly { to: string; title: string; end?: boolean }[];
}

/** Parts of a page that have addresses of their own; on a narrow screen they scroll. */
export function TabLinks({ label, links }: TabLinksProps) {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const active = nav.current?.querySelector("[aria-current]");
    active?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pathname]);
  return (
    <nav ref={nav} aria-label={label} className="border-line flex gap-1 overflow-x-auto border-b">
      {links.map(({ to, title, end }) => (
        <NavLink
          key={to}
          to={to}
          end={end ?? false}
          className={({ isActive }) =>
            cx(
              "hover:text-accent -mb-px border-b-2 px-3 py-2 whitespace-nowrap",
              isActive ? "border-accent text-accent font-semibold" : "border-transparent",
            )
          }
        >
          {title}
        </NavLink>
      ))}
    </nav>
  );
}
