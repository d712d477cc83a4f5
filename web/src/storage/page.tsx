import { useTranslation } from "react-i18next";
import { NavLink, Outlet } from "react-router";

import { cx } from "@/ui/cx";
import { Page } from "@/ui/page";

const PARTS = ["pools", "datasets", "replication", "disks", "unprotected"] as const;

/** Storage: its parts, each with an address of its own. */
export function StoragePage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.storage")}>
      <nav
        aria-label={t("nav.storage")}
        className="border-line flex gap-1 overflow-x-auto border-b"
      >
        {PARTS.map((part) => (
          <NavLink
            key={part}
            to={part === "pools" ? "/storage" : `/storage/${part}`}
            end={part === "pools"}
            className={({ isActive }) =>
              cx(
                "hover:text-accent -mb-px border-b-2 px-3 py-2 whitespace-nowrap",
                isActive ? "border-accent text-accent font-semibold" : "border-transparent",
              )
            }
          >
            {t(`storage.parts.${part}`)}
          </NavLink>
        ))}
      </nav>
      <Outlet />
    </Page>
  );
}
