/** Ways to start a job from a page: by its form, at once, or out of a menu. */
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { toast } from "sonner";

import type { Job, JobTypeInfo } from "@/api/types";
import type { Start } from "@/inventory/fitting";
import { jobTypesQuery, useSubmit } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { Button, buttonLook } from "@/ui/button";
import { Menu, MenuItem, MenuLabel } from "@/ui/menu";

/** The job types this person may start, by name. */
export function useStartable(): ReadonlyMap<string, JobTypeInfo> {
  const may = useMay();
  const { data: types = [] } = useQuery(jobTypesQuery);
  if (!may("jobs:submit")) return new Map();
  return new Map(types.filter((one) => may(one.permission)).map((one) => [one.name, one]));
}

interface StartLinkProps extends Start {
  children: ReactNode;
  look?: "plain" | "primary";
  size?: "small" | "normal";
}

/** To the form of a job, filled in; nothing for whoever may not start it. */
export function StartLink({ type, params, children, look, size }: StartLinkProps) {
  if (!useStartable().has(type)) return null;
  return (
    <Link to={`/jobs/new/${type}`} state={{ params }} className={buttonLook({ look, size })}>
      {children}
    </Link>
  );
}

interface StartNowProps extends Start {
  node?: string;
  children: ReactNode;
}

/** Starts a job that needs no more words, and tells where it is seen. */
export function StartNow({ type, params, node, children }: StartNowProps) {
  const submit = useSubmit();
  const follow = useFollow();
  if (!useStartable().has(type)) return null;
  const go = () =>
    submit.mutate(
      {
        draft: { type, params, ...(node !== undefined && { node }) },
        key: crypto.randomUUID(),
      },
      follow,
    );
  return (
    <Button size="small" disabled={submit.isPending} onClick={go}>
      {children}
    </Button>
  );
}

interface Follow {
  onSuccess: (job: Job) => void;
  onError: (problem: Error) => void;
}

/** What to do with an answer to a start: say so, with a way to the job, or say why not. */
export function useFollow(): Follow {
  const { t } = useTranslation();
  return {
    onSuccess: (job) =>
      toast(t("jobs.started", { title: job.title }), {
        description: (
          <Link className="text-accent underline" to={`/jobs/${job.id}`}>
            {t("jobs.open")}
          </Link>
        ),
      }),
    onError: (problem) => toast.error(problem.message),
  };
}

interface StartLinksProps {
  /** The first is what most people want. */
  types: readonly string[];
  params?: Record<string, unknown>;
}

/** Ways on from where there is nothing yet: the jobs that make something, if one may start them. */
export function StartLinks({ types, params = {} }: StartLinksProps) {
  const startable = useStartable();
  const allowed = types.flatMap((name) => startable.get(name) ?? []);
  if (allowed.length === 0) return null;
  return (
    <div className="flex flex-wrap justify-center gap-2">
      {allowed.map(({ name, title }, at) => (
        <StartLink key={name} type={name} params={params} look={at === 0 ? "primary" : "plain"}>
          {title}
        </StartLink>
      ))}
    </div>
  );
}

interface StartMenuProps {
  /** Of what these are, for the label. */
  of: string;
  starts: readonly Start[];
  tabIndex?: number;
  /** With a word on the button: where there is room. */
  wide?: boolean;
}

/** The jobs for a thing that this person may start; none, no button. */
export function StartMenu({ of, starts, tabIndex, wide = false }: StartMenuProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const startable = useStartable();
  const shown = starts.filter(({ type }) => startable.has(type));
  if (shown.length === 0) return null;
  const trigger = (
    <Button
      look={wide ? "plain" : "quiet"}
      size={wide ? "normal" : "tiny"}
      aria-label={t("inventory.jobsOf", { key: of })}
      {...(tabIndex !== undefined && { tabIndex })}
    >
      {wide && t("nav.jobs")}
      {wide ? <ChevronDown aria-hidden /> : <Ellipsis aria-hidden />}
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuLabel>{of}</MenuLabel>
      {shown.map(({ type, params }) => (
        <MenuItem
          key={type}
          danger={startable.get(type)?.destructive === true}
          onSelect={() => void navigate(`/jobs/new/${type}`, { state: { params } })}
        >
          {startable.get(type)?.title}
        </MenuItem>
      ))}
    </Menu>
  );
}
