import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { jobTypesQuery } from "@/jobs/queries";
import { useStartable } from "@/jobs/starting";
import { takingSeveral } from "@/tape/prefill";
import type { MediaRow } from "@/tape/rows";
import { Button, buttonLook } from "@/ui/button";

/** What can be done with several cartridges at once. */
export function Chosen({ rows, clear }: { rows: readonly MediaRow[]; clear: () => void }) {
  const { t } = useTranslation();
  const startable = useStartable();
  const types = useQuery(jobTypesQuery);
  if (rows.length === 0) return null;
  const barcodes = [...new Set(rows.map((row) => row.barcode))];
  const libraries = new Set(rows.map((row) => row.library));
  const [library = null] = libraries.size === 1 ? libraries : [];
  const fitting = takingSeveral(types.data ?? [], barcodes, library).flatMap((start) => {
    const type = startable.get(start.type);
    return type === undefined ? [] : [{ type, params: start.params }];
  });
  return (
    <div
      role="group"
      aria-label={t("tape.media.withChosen")}
      className="bg-accent-soft border-line flex flex-wrap items-center gap-2 border-b px-4 py-2"
    >
      <strong role="status">{t("tape.media.chosen", { count: rows.length })}</strong>
      {fitting.map(({ type, params }) => (
        <Link
          key={type.name}
          to={`/jobs/new/${type.name}`}
          state={{ params }}
          className={buttonLook({ size: "small", look: type.destructive ? "danger" : "plain" })}
        >
          {type.title}
        </Link>
      ))}
      <Button look="quiet" size="small" onClick={clear}>
        {t("tape.media.unchoose")}
      </Button>
    </div>
  );
}
