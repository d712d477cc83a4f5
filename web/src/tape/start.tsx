import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { JobTypeInfo } from "@/api/types";
import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { buttonLook } from "@/ui/button";

/** Look a job type up by its name: undefined where there is none, or this person may not start it. */
export function useStartable(): (name: string) => JobTypeInfo | undefined {
  const may = useMay();
  const types = useQuery(jobTypesQuery);
  return (name) => {
    const type = types.data?.find((one) => one.name === name);
    return type !== undefined && may("jobs:submit") && may(type.permission) ? type : undefined;
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
  const allowed = types.flatMap((name) => startable(name) ?? []);
  if (allowed.length === 0) return null;
  return (
    <div className="flex flex-wrap justify-center gap-2">
      {allowed.map((type, at) => (
        <Link
          key={type.name}
          to={`/jobs/new/${type.name}`}
          state={{ params }}
          className={buttonLook({ look: at === 0 ? "primary" : "plain" })}
        >
          {type.title}
        </Link>
      ))}
    </div>
  );
}
