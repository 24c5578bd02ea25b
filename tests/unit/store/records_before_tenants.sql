INSERT INTO datasets VALUES ('cdcd', 'iris.csv', 150, 5, 4000, '2026-01-01 00:00:00.000000');
INSERT INTO training_jobs (id, name, status, started_at, config, seed, data_location, data_sha256, n_rows, task, algorithm, metric, metrics, findings, model, process)
VALUES ('r1', 'iris', 'succeeded', '2026-01-01 00:00:00.000000', '{"target":"y","list":[1,null,true]}', 0, 'iris.csv', 'cdcd', 150, 'binary', 'lightgbm', 'accuracy', '{"accuracy":{"value":0.30000000000000004,"low":0.2,"high":0.9,"baseline":null}}', '[]', 'iris@2', '');
INSERT INTO training_job_tags VALUES ('r1', 'team', 'a');
INSERT INTO hyperparameter_configs VALUES ('r1', 1, '{"depth":3}', 'succeeded', 0.5, 0.5, '[0.25,0.75]', 1.5, '');
INSERT INTO ml_model_names VALUES ('iris', 7);
INSERT INTO ml_models VALUES ('iris', 2, 'r1', 'abab', 'r1', 'binary', 'lightgbm', 'accuracy', '{"accuracy":{"value":0.30000000000000004}}', 'cdcd', 1000, '2026-01-01 00:00:00.000000');
INSERT INTO ml_model_aliases VALUES ('iris', 'champion', 2);
INSERT INTO ml_model_tags VALUES ('iris', 2, 'k', 'v');
INSERT INTO model_evaluations VALUES ('e1', 'iris', 2, 'efef', 'later.csv', 8, '{}', '["no","yes"]', '[[3,1],[0,4]]', '2026-01-02 00:00:00.000000')
