import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import { useMay } from "@/session/session";
import { PAGES } from "@/shell/pages";
import { cx } from "@/ui/cx";

export function Sidebar({ className, onGo }: { className?: string; onGo?: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <nav
      aria-label={t("shell.main")}
      className={cx(
        "bg-surface border-line w-52 shrink-0 flex-col gap-0.5 border-r p-3",
        className,
      )}
    >
      <NavLink
        to="/"
        className="mb-3 flex items-center gap-2 px-2 text-base font-semibold"
        onClick={onGo}
      >
        <img src="/calypso.svg" alt="" className="size-7" /> Calypso
      </NavLink>
      {PAGES.filter((page) => may(page.permission)).map(({ name, path, icon: Icon }) => (
        <NavLink
          key={path}
          to={path}
          end={path === "/"}
          onClick={onGo}
          className={({ isActive }) =>
            cx(
              "flex items-center gap-2.5 rounded-md px-2.5 py-2",
              isActive ? "bg-accent-soft text-accent font-semibold" : "hover:bg-page",
            )
          }
        >
          <Icon className="size-4.5" aria-hidden /> {t(`nav.${name}`)}
        </NavLink>
      ))}
    </nav>
  );
}
