import type { ReactNode } from "react";

import { useTitle } from "@/shell/title";
import { cx } from "@/ui/cx";

interface PageProps {
  title: string;
  /** Beside the heading: how it is. */
  aside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** It fills the height and scrolls within itself. */
  filled?: boolean;
}

/** One page: its heading is the page's only h1 and the tab's title. */
export function Page({ title, aside, actions, children, filled }: PageProps) {
  useTitle(title);
  return (
    <div
      className={cx(
        "mx-auto flex w-full max-w-[110rem] flex-col gap-4 px-4 py-4 md:px-6",
        filled && "h-full min-h-0",
      )}
    >
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
        {aside}
        <div className="ml-auto flex flex-wrap gap-2">{actions}</div>
      </header>
      {children}
    </div>
  );
}

interface CardProps {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without padding: for tables. */
  flush?: boolean;
}

/** A part of a page with a heading of its own. */
export function Card({ title, actions, children, className, flush }: CardProps) {
  return (
    <section
      className={cx("bg-surface border-line min-w-0 overflow-hidden rounded-xl border", className)}
    >
      {title !== undefined && (
        <header className="border-line flex min-h-11 items-center gap-2 border-b px-4 py-1.5">
          <h2 className="font-semibold">{title}</h2>
          <div className="ml-auto flex gap-1">{actions}</div>
        </header>
      )}
      <div className={flush ? "" : "p-4"}>{children}</div>
    </section>
  );
}
