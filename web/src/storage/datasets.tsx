import { FolderTree } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { Freshness, RefreshButton } from "@/inventory/table";
import { DatasetTree } from "@/storage/dataset-tree";
import { useWhole } from "@/storage/rows";
import { StartLink } from "@/jobs/starting";
import { Input } from "@/ui/field";
import { Card } from "@/ui/page";
import { Empty, Failed, Loading } from "@/ui/states";

/** Every dataset as a tree; what is sought lives in the address. */
export function Datasets() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const datasets = useWhole("datasets");
  const sought = search.get("q") ?? "";
  const seek = (q: string) => setSearch(q === "" ? {} : { q }, { replace: true });
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2">
        <StartLink type="storage.dataset_create" params={{}} look="primary">
          {t("storage.dataset.create")}
        </StartLink>
        <Input
          type="search"
          aria-label={t("storage.dataset.filter")}
          placeholder={t("storage.dataset.filter")}
          className="w-64 max-w-full"
          value={sought}
          onChange={(event) => seek(event.target.value)}
        />
        <div className="ml-auto flex items-center gap-2">
          {datasets.data && <Freshness rows={datasets.data} />}
          <RefreshButton name="storage/datasets" />
        </div>
      </div>
      <Card flush>
        {datasets.isPending && <Loading />}
        {datasets.isError && (
          <Failed problem={datasets.error} retry={() => void datasets.refetch()} />
        )}
        {datasets.data?.items.length === 0 && (
          <Empty icon={FolderTree} title={t("storage.dataset.none")}>
            {t("storage.dataset.noneHint")}
          </Empty>
        )}
        {datasets.data && datasets.data.items.length > 0 && (
          <DatasetTree datasets={datasets.data.items} sought={sought} />
        )}
      </Card>
    </div>
  );
}
