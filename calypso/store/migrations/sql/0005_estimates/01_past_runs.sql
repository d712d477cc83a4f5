-- Past runs of one kind (type, node, title), the latest first. The title by its hash: a job type may make
-- titles longer than an entry of an index can be, and a job must be able to end all the same.
CREATE INDEX jobs_past_runs ON calypso.jobs (type, node, hashtextextended(title, 0), finished_at DESC) WHERE state = 'succeeded';
CREATE INDEX jobs_history_past_runs ON calypso.jobs_history (type, node, hashtextextended(title, 0), finished_at DESC) WHERE state = 'succeeded';

-- One row for each kind that has any: how long its latest runs took, in seconds, the latest first.
CREATE FUNCTION calypso.run_times(_types text[], _nodes text[], _titles text[], _most int) RETURNS TABLE (kind int, took_s float8[]) LANGUAGE sql STABLE AS $$
  SELECT k.place::int, ARRAY(
    SELECT extract(epoch FROM r.finished_at - r.started_at)::float8 FROM (
      (SELECT j.started_at, j.finished_at FROM calypso.jobs j WHERE j.state = 'succeeded' AND j.type = k.type AND j.node = k.node
         AND hashtextextended(j.title, 0) = hashtextextended(k.title, 0) AND j.title = k.title AND j.started_at IS NOT NULL ORDER BY j.finished_at DESC LIMIT _most)
      UNION ALL
      (SELECT h.started_at, h.finished_at FROM calypso.jobs_history h WHERE h.state = 'succeeded' AND h.type = k.type AND h.node = k.node
         AND hashtextextended(h.title, 0) = hashtextextended(k.title, 0) AND h.title = k.title AND h.started_at IS NOT NULL ORDER BY h.finished_at DESC LIMIT _most)
      ORDER BY finished_at DESC LIMIT _most) r)
  FROM unnest(_types, _nodes, _titles) WITH ORDINALITY AS k(type, node, title, place) $$;
