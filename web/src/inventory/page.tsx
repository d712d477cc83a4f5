import { useTranslation } from "react-i18next";
import { NavLink, useParams } from "react-router";

import { title as titled } from "@/format/words";
import { useTables } from "@/inventory/queries";
import { InventoryCard } from "@/inventory/table";
import { cx } from "@/ui/cx";
import { Page } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** Every table of the subsystem in the address. */
export function InventoryPage() {
  const { subsystem = "", noun } = useParams();
  return <SubsystemTables subsystem={subsystem} noun={noun} />;
}

interface SubsystemTablesProps {
  subsystem: string;
  noun?: string | undefined;
}

/** The page of a subsystem that has none of its own: its tables, with the jobs that fit a row. */
export function SubsystemTables({ subsystem, noun }: SubsystemTablesProps) {
  const { t } = useTranslation();
  const tables = useTables();
  if (tables.isPending) return <Loading />;
  if (tables.isError) return <Failed problem={tables.error} retry={() => void tables.refetch()} />;
  const own = tables.data.items.filter((table) => table.subsystem === subsystem);
  const shown = own.find((table) => table.noun === noun) ?? own.find((table) => !table.is_lookup);
  return (
    <Page title={titled(subsystem)}>
      <nav aria-label={titled(subsystem)} className="border-line flex flex-wrap gap-1 border-b">
        {own.map((table) => (
          <NavLink
            key={table.name}
            to={`/inventory/${table.name}`}
            className={cx(
              "-mb-px border-b-2 px-3 py-2",
              table === shown ? "border-accent text-accent font-semibold" : "border-transparent",
            )}
          >
            {titled(table.noun)}
          </NavLink>
        ))}
      </nav>
      {shown === undefined && <Empty title={t("inventory.noTables")} />}
      {shown?.is_lookup && (
        <Empty title={shown.title}>
          {t("inventory.lookup", { filters: shown.filters.join(", ") })}
        </Empty>
      )}
      {shown && !shown.is_lookup && (
        <InventoryCard key={shown.name} name={shown.name} title={shown.title} />
      )}
    </Page>
  );
}
