import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { fittingJobs, type Known, type Start } from "@/inventory/fitting";
import { jobTypesQuery } from "@/jobs/queries";
import { StartMenu, useStartable } from "@/jobs/starting";
import { subsystemsQuery } from "@/system/queries";
import { sensible } from "@/tape/prefill";
import type { MediaRow } from "@/tape/rows";
import { cx } from "@/ui/cx";

interface FittingProps {
  table: keyof Known;
  known: Known;
  kind?: MediaRow["kind"];
}

/** The jobs that fit something of tape and make sense for it. */
function useFitting({ table, known, kind }: FittingProps): Start[] {
  const types = useQuery(jobTypesQuery);
  const subsystems = useQuery(subsystemsQuery);
  const isVirtual = (subsystems.data?.items ?? []).some(
    (one) => one.subsystem === "tape" && one.capabilities.virtual === true,
  );
  return sensible(fittingJobs(types.data ?? [], table, known), { isVirtual, kind });
}

interface JobsMenuProps {
  /** What they are for. */
  name: string;
  wide?: boolean;
}

/** Them as a menu; none, no menu. */
export function JobsMenu({ name, wide, ...asked }: FittingProps & JobsMenuProps) {
  return <StartMenu of={name} starts={useFitting(asked)} wide={wide ?? false} />;
}

/** Them as a list, for where there is room. */
export function JobsList(asked: FittingProps) {
  const { t } = useTranslation();
  const startable = useStartable();
  const fitting = useFitting(asked).flatMap((start) => {
    const type = startable.get(start.type);
    return type === undefined ? [] : [{ type, params: start.params }];
  });
  if (fitting.length === 0) return <p className="text-muted">{t("tape.nothingFits")}</p>;
  return (
    <ul className="grid gap-x-4 gap-y-0.5 sm:grid-cols-2">
      {fitting.map(({ type, params }) => (
        <li key={type.name}>
          <Link
            to={`/jobs/new/${type.name}`}
            state={{ params }}
            className={cx(
              "block rounded-md px-2 py-1 hover:underline",
              type.destructive ? "text-bad" : "text-accent",
            )}
          >
            {type.title}
          </Link>
        </li>
      ))}
    </ul>
  );
}
