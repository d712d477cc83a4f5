import { ChevronRight } from "lucide-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";

import { bytes } from "@/format/bytes";
import { RefreshButton } from "@/inventory/table";
import { jobTypesQuery } from "@/jobs/queries";
import { useMay } from "@/session/session";
import { addressOf } from "@/storage/address";
import { DatasetWork } from "@/storage/dataset-work";
import { datasetJobs } from "@/storage/dataset-jobs";
import { FactList } from "@/storage/pool-card";
import { ReplicationsOf } from "@/storage/replications-of";
import { type Dataset, useWhole } from "@/storage/rows";
import { SnapshotHistory } from "@/storage/snapshot-history";
import { StartLink, StartMenu } from "@/jobs/starting";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";
import { When } from "@/ui/when";

/** The dataset in the address. */
export function DatasetPage() {
  const { t } = useTranslation();
  const { "*": name = "" } = useParams();
  const [search] = useSearchParams();
  const node = search.get("node");
  const datasets = useWhole("datasets");
  if (datasets.isPending) return <Loading />;
  if (datasets.isError)
    return <Failed problem={datasets.error} retry={() => void datasets.refetch()} />;
  const found = datasets.data.items.find(
    (one) => one.key === name && (node === null || one.node === node),
  );
  if (found === undefined) {
    return (
      <Empty title={t("storage.dataset.missing", { name })}>
        <p className="mb-2">{t("storage.dataset.missingHint")}</p>
        <Link to="/storage/datasets" className="text-accent underline">
          {t("storage.dataset.all")}
        </Link>
      </Empty>
    );
  }
  return <DatasetView key={`${found.node} ${found.key}`} dataset={found} />;
}

function DatasetView({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <Crumbs dataset={dataset} />
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <DatasetActions dataset={dataset} />
        </div>
      </div>
      <DatasetWork dataset={dataset.key} node={dataset.node} />
      <Card title={t("job.facts")} actions={<RefreshButton name="storage/datasets" />}>
        <DatasetFacts dataset={dataset} />
      </Card>
      <SnapshotHistory dataset={dataset} />
      {may("schedules:read") && <ReplicationsOf dataset={dataset.key} />}
    </div>
  );
}

/** The way down to it; its own name is the heading. */
function Crumbs({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const parts = dataset.key.split("/");
  return (
    <nav aria-label={t("storage.dataset.path")} className="min-w-0">
      <ol className="flex flex-wrap items-center gap-1 text-base">
        {parts.slice(0, -1).map((part, at) => (
          <li key={at} className="flex items-center gap-1">
            <Link
              className="text-accent hover:underline"
              to={addressOf({ key: parts.slice(0, at + 1).join("/"), node: dataset.node })}
            >
              {part}
            </Link>
            <ChevronRight className="text-muted size-4" aria-hidden />
          </li>
        ))}
        <li aria-current="page">
          <h2 className="font-semibold break-all">{parts.at(-1)}</h2>
        </li>
      </ol>
    </nav>
  );
}

function DatasetActions({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const { data: types = [] } = useQuery(jobTypesQuery);
  const starts = datasetJobs(types, dataset);
  return (
    <>
      <StartLink type="storage.snapshot_create" params={{ dataset: dataset.key }} look="primary">
        {t("storage.snapshot.take")}
      </StartLink>
      <StartLink type="storage.replication_run" params={{ source: dataset.key }}>
        {t("storage.replication.new")}
      </StartLink>
      <StartMenu of={dataset.key} starts={starts} />
    </>
  );
}

function DatasetFacts({ dataset }: { dataset: Dataset }) {
  const { t } = useTranslation();
  const origin = dataset.origin?.split("@")[0];
  return (
    <FactList
      facts={[
        [t("storage.dataset.kind"), t(`storage.kind.${dataset.kind}`)],
        [t("storage.dataset.columns.used"), bytes(dataset.used_bytes)],
        [t("storage.dataset.columns.available"), bytes(dataset.available_bytes)],
        [t("storage.dataset.columns.referenced"), bytes(dataset.referenced_bytes)],
        dataset.kind === "volume"
          ? [t("storage.dataset.size"), dataset.size_bytes && bytes(dataset.size_bytes)]
          : [t("storage.dataset.columns.mountpoint"), dataset.mountpoint],
        [
          t("storage.dataset.origin"),
          origin === undefined ? null : (
            <Link
              className="text-accent hover:underline"
              to={addressOf({ key: origin, node: dataset.node })}
            >
              {dataset.origin}
            </Link>
          ),
        ],
        [t("storage.dataset.created"), <When at={dataset.created_at} />],
        [t("ui.node"), dataset.node],
      ]}
    />
  );
}
