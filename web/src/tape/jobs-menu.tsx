import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { subsystemsQuery } from "@/system/queries";
import { type FittingJob, fittingJobs, type Known } from "@/inventory/fitting";
import { sensible } from "@/tape/prefill";
import type { MediaRow } from "@/tape/rows";
import { Button } from "@/ui/button";
import { cx } from "@/ui/cx";
import { Menu, MenuItem } from "@/ui/menu";

interface FittingProps {
  table: keyof Known;
  known: Known;
  kind?: MediaRow["kind"];
}

/** The jobs that fit something of tape, that make sense for it and that this person may start. */
function useFitting({ table, known, kind }: FittingProps): FittingJob[] {
  const may = useMay();
  const types = useQuery(jobTypesQuery);
  const subsystems = useQuery(subsystemsQuery);
  const isVirtual = (subsystems.data?.items ?? []).some(
    (one) => one.subsystem === "tape" && one.capabilities.virtual === true,
  );
  const fitting = sensible(fittingJobs(types.data ?? [], table, known), { isVirtual, kind });
  return fitting.filter(({ type }) => may("jobs:submit") && may(type.permission));
}

interface JobsMenuProps {
  /** What they are for. */
  name: string;
  /** For a row of a table. */
  compact?: boolean;
}

/** Them as a menu; none, no menu. */
export function JobsMenu({ name, compact, ...asked }: FittingProps & JobsMenuProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const fitting = useFitting(asked);
  if (fitting.length === 0) return null;
  const trigger = compact ? (
    <Button look="quiet" size="tiny" aria-label={t("tape.jobsOf", { name })}>
      <Ellipsis aria-hidden />
    </Button>
  ) : (
    <Button aria-label={t("tape.jobsOf", { name })}>
      {t("tape.jobs")} <ChevronDown aria-hidden />
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      {fitting.map(({ type, params }) => (
        <MenuItem
          key={type.name}
          danger={type.destructive}
          onSelect={() => void navigate(`/jobs/new/${type.name}`, { state: { params } })}
        >
          {type.title}
        </MenuItem>
      ))}
    </Menu>
  );
}

/** Them as a list, for where there is room. */
export function JobsList(asked: FittingProps) {
  const { t } = useTranslation();
  const fitting = useFitting(asked);
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
