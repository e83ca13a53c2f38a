PRAGMA application_id = 1430340673; PRAGMA user_version = 3;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE runs (              -- one recipe, one method, one seed
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  key         TEXT NOT NULL UNIQUE,  -- 8 hexadecimal digits: the folder PROJECT.files/KEY
  title       TEXT NOT NULL,
  experiment  TEXT NOT NULL,
  recipe      TEXT NOT NULL,         -- its name
  dataset     TEXT NOT NULL,
  model       TEXT NOT NULL,
  method      TEXT NOT NULL,
  seed        INTEGER NOT NULL,
  epochs      INTEGER NOT NULL,      -- to train
  config_hash TEXT NOT NULL,         -- equal for runs that repeat one another with another seed
  recipe_hash TEXT NOT NULL,         -- of all but method, seed and runtime: runs that are compared in cost
  config      TEXT NOT NULL,         -- JSON, complete
  created     TEXT NOT NULL,         -- UTC, ISO 8601
  notes       TEXT NOT NULL DEFAULT '',
  tags        TEXT NOT NULL DEFAULT ''
, policy TEXT NOT NULL DEFAULT '');
INSERT INTO runs VALUES(1,'8d3080f3','tiny-uada-autoaugment-outside=mean-s3','replay','tiny','cifar10','resnet','uada',3,1,'77dcf3074aba967eba0d74ca90852a8fd06aaf37223f292e27b8ba588465f20e','764d9c6ff671f240cd37d4c5ba153084da8f9433285a39d5add6a94c5ad9314f','{"experiment":"replay","recipe":{"name":"tiny","dataset":{"name":"cifar10","folder":"","train_limit":14,"test_limit":4},"model":{"name":"resnet","depth":"10","width":2},"training":{"epochs":1,"batch":7,"learning_rate":0.05,"momentum":0.9,"nesterov":false,"weight_decay":5e-04,"schedule":"constant","milestones":[0.3,0.6,0.8],"decay":0.2}},"method":{"name":"uada","epsilon":1,"include_unperturbed":true,"policy":{"name":"autoaugment","table":"cifar10","grid":"aa10","crop":"padded","min_area":0.08,"max_area":1.0,"min_aspect":0.75,"max_aspect":1.3333333333333333,"resize_filter":"bilinear","order":"usual","cutout":true,"cutout_size":16,"cutout_fill":"mean","outside":"mean","chain_probe":"one_random","skip_inert":false}},"seed":3,"runtime":{"threads":1,"device":"cpu","pictured":3,"picture_every":1,"checkpoint_minutes":5}}','2026-01-01T00:00:00Z','','','autoaugment outside=mean');
CREATE TABLE attempts (          -- a start or a resume of a run, and what was true on the machine
  run             INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  attempt         INTEGER NOT NULL,  -- from 1
  state           TEXT NOT NULL,     -- preparing running paused stopping finished stopped failed interrupted
  problem         TEXT NOT NULL DEFAULT '',  -- why it failed
  started         TEXT NOT NULL,
  seen            TEXT NOT NULL,     -- when rows of it were last committed
  ended           TEXT NOT NULL DEFAULT '',
  host            TEXT NOT NULL,
  user            TEXT NOT NULL,
  pid             INTEGER NOT NULL,
  process_start   INTEGER NOT NULL,  -- clock ticks since boot: tells a process from a later one of the same number
  program         TEXT NOT NULL,
  git             TEXT NOT NULL,     -- of the source the program was built from
  libtorch        TEXT NOT NULL,
  compiler        TEXT NOT NULL,
  cpu             TEXT NOT NULL,
  device          TEXT NOT NULL,
  threads         INTEGER NOT NULL,
  data_hash       TEXT NOT NULL,
  from_checkpoint TEXT NOT NULL,     -- empty: from the beginning
  PRIMARY KEY (run, attempt)
) WITHOUT ROWID;
INSERT INTO attempts VALUES(1,1,'finished','','2026-01-01T00:00:00Z','2026-01-01T00:00:00Z','2026-01-01T00:00:00Z','','',0,0,'uada','','','','','cpu',1,'d837d7f74aca9214a2391eff656475287cffa0173e31e2a9d676041ef0ff36d5+e55744ec853fecb5a95295a818886d10629bb5e8180c55fb7e82adcef0d06d28','');
CREATE TABLE steps (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step              INTEGER NOT NULL,  -- from 1, over the whole run
  epoch             INTEGER NOT NULL,  -- from 1
  learning_rate,
  loss,                                -- mean cross-entropy of the trained batch
  unperturbed_loss,                    -- NULL where the method has none
  gain,                                -- mean of (loss of the chosen candidate - unperturbed loss)
  correct           INTEGER NOT NULL,  -- top-1 on the trained batch
  count             INTEGER NOT NULL,
  forwards_no_grad  INTEGER NOT NULL,
  forwards_train    INTEGER NOT NULL,
  backwards         INTEGER NOT NULL,
  chains            INTEGER NOT NULL,  -- images rendered through an augmentation chain
  render_seconds, probe_seconds, candidate_seconds, train_seconds, wait_seconds,
  other_seconds,
  PRIMARY KEY (run, attempt, step),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO steps VALUES(1,1,1,1,0.050000000000000002775,2.38274383544921875,2.2692526408604214438,0.12016102245875748266,0,7,9,1,1,63,0,0,0,0,0,0);
INSERT INTO steps VALUES(1,1,2,1,0.050000000000000002775,2.4411501884460449218,2.3955246380397250405,0.085565737315586698485,0,7,9,1,1,63,0,0,0,0,0,0);
CREATE TABLE epochs (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  epoch             INTEGER NOT NULL,
  step              INTEGER NOT NULL,  -- the last of it
  train_loss, train_top1,         -- over the augmented batches; top-1 in 0..1
  test_loss, test_top1, test_top5,
  seconds, test_seconds,
  forwards_no_grad INTEGER NOT NULL, forwards_train INTEGER NOT NULL, backwards INTEGER NOT NULL,
  chains INTEGER NOT NULL,
  render_seconds, probe_seconds, candidate_seconds, train_seconds, wait_seconds,
  other_seconds,
  PRIMARY KEY (run, attempt, epoch),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO epochs VALUES(1,1,1,2,2.4119470119476318359,0.0,2.2270020842552185058,0.25,0.75,0,0,18,2,2,126,0,0,0,0,0,0);
CREATE TABLE policy (            -- one batch's decisions in sums; the parts are in policy_ops and policy_groups
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  epoch            INTEGER NOT NULL,
  unperturbed_wins INTEGER NOT NULL,
  count            INTEGER NOT NULL,   -- samples
  PRIMARY KEY (run, attempt, step),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE policy_ops (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  op            TEXT NOT NULL,
  position      INTEGER NOT NULL,      -- in the report
  count         INTEGER NOT NULL,      -- steps of this op in the batch's plans
  before_mean, before_spread, after_mean, after_spread,       -- levels as used
  probed        INTEGER NOT NULL,
  plus INTEGER NOT NULL, minus INTEGER NOT NULL, zero INTEGER NOT NULL,      -- sign of the estimated gradient
  mean_dl,                             -- mean of (probe loss - unperturbed loss)
  wins          INTEGER NOT NULL,
  mean_gain,
  inert INTEGER NOT NULL, clamped INTEGER NOT NULL,
  PRIMARY KEY (run, attempt, step, op),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE policy_groups (
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  grp           TEXT NOT NULL,
  position      INTEGER NOT NULL,      -- candidate order
  count         INTEGER NOT NULL,
  plus INTEGER NOT NULL, minus INTEGER NOT NULL, zero INTEGER NOT NULL,      -- sign of dL
  mean_dl,
  wins          INTEGER NOT NULL,
  mean_gain,
  inert INTEGER NOT NULL, clamped INTEGER NOT NULL,
  PRIMARY KEY (run, attempt, step, grp),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE decisions (         -- all that was decided for one pictured sample at one step
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL,
  sample           INTEGER NOT NULL,   -- index in the training set
  epoch            INTEGER NOT NULL,
  label            INTEGER NOT NULL,
  winner           INTEGER NOT NULL,   -- index into groups; -1: the unperturbed plan
  unperturbed_loss,
  pixel_hash       TEXT NOT NULL,      -- SHA-256 of the trained image's bytes
  plan             TEXT NOT NULL,      -- JSON
  groups           TEXT NOT NULL,      -- JSON array: before, delta, after, losses, candidate of each group
  PRIMARY KEY (run, attempt, step, sample),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO decisions VALUES(1,1,1,1,1,1,2,2.4830675125122070312,'deac9ae90195bfae5c48e31dd53b6ad01c4c402882513311c328bea5238c1171','{"crop":[0,1],"flip":false,"chain":[{"op":"color","level":3,"sign":-1,"fired":false},{"op":"brightness","level":7,"sign":1}],"cutout":[-7,17,9,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}','[{"group":"flip","position":-1,"before":[0],"delta":[1],"after":[1],"probe_loss":2.5216832160949707,"dl":0.03861570358276367,"candidate_loss":2.5031750202178955,"inert":false,"clamped":false,"candidate":{"crop":[0,1],"flip":true,"chain":[{"op":"color","level":3,"sign":-1,"fired":false},{"op":"brightness","level":7,"sign":1}],"cutout":[-7,17,9,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"crop","position":-1,"before":[0,1],"delta":[1,-1],"after":[1,0],"probe_loss":2.6147780418395996,"dl":0.13171052932739258,"candidate_loss":2.5781002044677734,"inert":false,"clamped":false,"candidate":{"crop":[1,0],"flip":false,"chain":[{"op":"color","level":3,"sign":-1,"fired":false},{"op":"brightness","level":7,"sign":1}],"cutout":[-7,17,9,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"chain","position":1,"before":[7],"delta":[1],"after":[8],"probe_loss":2.581242322921753,"dl":0.0981748104095459,"candidate_loss":2.5807852745056152,"inert":false,"clamped":false,"candidate":{"crop":[0,1],"flip":false,"chain":[{"op":"color","level":3,"sign":-1,"fired":false},{"op":"brightness","level":8,"sign":1}],"cutout":[-7,17,9,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"cutout","position":-1,"before":[-7,17,9,32],"delta":[1,1,1,-1],"after":[-6,18,10,31],"probe_loss":2.4898414611816406,"dl":0.006773948669433594,"candidate_loss":2.4931461811065674,"inert":false,"clamped":true,"candidate":{"crop":[0,1],"flip":false,"chain":[{"op":"color","level":3,"sign":-1,"fired":false},{"op":"brightness","level":7,"sign":1}],"cutout":[-6,18,10,31],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}}]');
INSERT INTO decisions VALUES(1,1,1,4,1,0,0,2.4307379722595214843,'d6432d266f2e1089b19bbafd622e258ef61782dffcd6b9436ac231d88a0f2948','{"crop":[3,6],"flip":false,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":1}],"cutout":[9,11,25,27],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}','[{"group":"flip","position":-1,"before":[0],"delta":[1],"after":[1],"probe_loss":2.805266857147217,"dl":0.3745288848876953,"candidate_loss":2.884584903717041,"inert":false,"clamped":false,"candidate":{"crop":[3,6],"flip":true,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":1}],"cutout":[9,11,25,27],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"crop","position":-1,"before":[3,6],"delta":[1,1],"after":[4,7],"probe_loss":2.5783610343933105,"dl":0.14762306213378906,"candidate_loss":2.50571346282959,"inert":false,"clamped":false,"candidate":{"crop":[4,7],"flip":false,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":1}],"cutout":[9,11,25,27],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"chain","position":1,"before":[4],"delta":[-1],"after":[5],"probe_loss":2.4253170490264893,"dl":-0.0054209232330322266,"candidate_loss":2.434389591217041,"inert":true,"clamped":false,"candidate":{"crop":[3,6],"flip":false,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":5,"sign":1}],"cutout":[9,11,25,27],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"cutout","position":-1,"before":[9,11,25,27],"delta":[-1,1,1,1],"after":[10,10,24,26],"probe_loss":2.430049419403076,"dl":-0.0006885528564453125,"candidate_loss":2.56982421875,"inert":false,"clamped":false,"candidate":{"crop":[3,6],"flip":false,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":1}],"cutout":[10,10,24,26],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}}]');
INSERT INTO decisions VALUES(1,1,1,5,1,1,1,2.3660421371459960937,'65ad5d83f02c499f2c5fa35de173c14ef4484ec975788adc52a968776a08d10e','{"crop":[4,4],"flip":true,"chain":[{"op":"shear_y","level":8,"sign":-1},{"op":"translate_y","level":9,"sign":1}],"cutout":[16,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}','[{"group":"flip","position":-1,"before":[1],"delta":[-1],"after":[1],"probe_loss":2.3116071224212646,"dl":-0.054435014724731445,"candidate_loss":2.3703458309173584,"inert":false,"clamped":false,"candidate":{"crop":[4,4],"flip":true,"chain":[{"op":"shear_y","level":8,"sign":-1},{"op":"translate_y","level":9,"sign":1}],"cutout":[16,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"crop","position":-1,"before":[4,4],"delta":[-1,1],"after":[3,5],"probe_loss":2.4146084785461426,"dl":0.048566341400146484,"candidate_loss":2.3768746852874756,"inert":false,"clamped":false,"candidate":{"crop":[3,5],"flip":true,"chain":[{"op":"shear_y","level":8,"sign":-1},{"op":"translate_y","level":9,"sign":1}],"cutout":[16,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"chain","position":0,"before":[8],"delta":[-1],"after":[9],"probe_loss":2.3256263732910156,"dl":-0.04041576385498047,"candidate_loss":2.3348236083984375,"inert":false,"clamped":false,"candidate":{"crop":[4,4],"flip":true,"chain":[{"op":"shear_y","level":9,"sign":-1},{"op":"translate_y","level":9,"sign":1}],"cutout":[16,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"cutout","position":-1,"before":[16,-6,32,10],"delta":[-1,1,1,1],"after":[17,-7,31,9],"probe_loss":2.3432135581970215,"dl":-0.02282857894897461,"candidate_loss":2.355562448501587,"inert":false,"clamped":true,"candidate":{"crop":[4,4],"flip":true,"chain":[{"op":"shear_y","level":8,"sign":-1},{"op":"translate_y","level":9,"sign":1}],"cutout":[17,-7,31,9],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}}]');
INSERT INTO decisions VALUES(1,1,2,2,1,2,1,2.5498070716857910156,'beab9022ab2a6bb2e813073b1758757a22d1030b756a8e6519d676daa09293e5','{"crop":[1,7],"flip":true,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":-1,"fired":false}],"cutout":[0,-1,16,15],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}','[{"group":"flip","position":-1,"before":[1],"delta":[-1],"after":[0],"probe_loss":2.557685613632202,"dl":0.007878541946411133,"candidate_loss":2.546290159225464,"inert":false,"clamped":false,"candidate":{"crop":[1,7],"flip":false,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":-1,"fired":false}],"cutout":[0,-1,16,15],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"crop","position":-1,"before":[1,7],"delta":[1,-1],"after":[2,6],"probe_loss":2.818657636642456,"dl":0.26885056495666504,"candidate_loss":2.816575050354004,"inert":false,"clamped":false,"candidate":{"crop":[2,6],"flip":true,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":-1,"fired":false}],"cutout":[0,-1,16,15],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"chain","position":0,"before":[8],"delta":[-1],"after":[9],"probe_loss":2.5439186096191406,"dl":-0.005888462066650391,"candidate_loss":2.5439186096191406,"inert":true,"clamped":false,"candidate":{"crop":[1,7],"flip":true,"chain":[{"op":"equalize","level":9,"sign":-1},{"op":"equalize","level":4,"sign":-1,"fired":false}],"cutout":[0,-1,16,15],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"cutout","position":-1,"before":[0,-1,16,15],"delta":[-1,-1,-1,-1],"after":[-1,-2,15,14],"probe_loss":2.614396572113037,"dl":0.0645895004272461,"candidate_loss":2.5955207347869873,"inert":false,"clamped":true,"candidate":{"crop":[1,7],"flip":true,"chain":[{"op":"equalize","level":8,"sign":-1},{"op":"equalize","level":4,"sign":-1,"fired":false}],"cutout":[-1,-2,15,14],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}}]');
INSERT INTO decisions VALUES(1,1,2,9,1,1,0,2.3596019744873046875,'de1b5530115814efe1b51a347bdf57297fee936fe619763e738bffdfaf34fac1','{"crop":[3,4],"flip":false,"chain":[{"op":"sharpness","level":9,"sign":-1},{"op":"brightness","level":9,"sign":-1,"fired":false}],"cutout":[17,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}','[{"group":"flip","position":-1,"before":[0],"delta":[1],"after":[1],"probe_loss":2.371670722961426,"dl":0.012068748474121094,"candidate_loss":2.377093553543091,"inert":false,"clamped":false,"candidate":{"crop":[3,4],"flip":true,"chain":[{"op":"sharpness","level":9,"sign":-1},{"op":"brightness","level":9,"sign":-1,"fired":false}],"cutout":[17,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"crop","position":-1,"before":[3,4],"delta":[1,1],"after":[2,3],"probe_loss":2.3249928951263428,"dl":-0.034609079360961914,"candidate_loss":2.3185181617736816,"inert":false,"clamped":false,"candidate":{"crop":[2,3],"flip":false,"chain":[{"op":"sharpness","level":9,"sign":-1},{"op":"brightness","level":9,"sign":-1,"fired":false}],"cutout":[17,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"chain","position":0,"before":[9],"delta":[1],"after":[9],"probe_loss":2.3596019744873047,"dl":0.0,"candidate_loss":2.357914447784424,"inert":false,"clamped":true,"candidate":{"crop":[3,4],"flip":false,"chain":[{"op":"sharpness","level":9,"sign":-1},{"op":"brightness","level":9,"sign":-1,"fired":false}],"cutout":[17,-6,32,10],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"cutout","position":-1,"before":[17,-6,32,10],"delta":[-1,1,1,1],"after":[18,-7,31,9],"probe_loss":2.356529474258423,"dl":-0.003072500228881836,"candidate_loss":2.370359182357788,"inert":false,"clamped":true,"candidate":{"crop":[3,4],"flip":false,"chain":[{"op":"sharpness","level":9,"sign":-1},{"op":"brightness","level":9,"sign":-1,"fired":false}],"cutout":[18,-7,31,9],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}}]');
INSERT INTO decisions VALUES(1,1,2,10,1,2,0,2.4416129589080810546,'008897c2e552f836fb68cddee27a06d6f452f47bb53902b0ceccdac0613ae333','{"crop":[0,8],"flip":false,"chain":[{"op":"color","level":7,"sign":-1},{"op":"translate_x","level":8,"sign":1}],"cutout":[9,21,25,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}','[{"group":"flip","position":-1,"before":[0],"delta":[1],"after":[1],"probe_loss":2.6287972927093506,"dl":0.18718433380126953,"candidate_loss":2.5991060733795166,"inert":false,"clamped":false,"candidate":{"crop":[0,8],"flip":true,"chain":[{"op":"color","level":7,"sign":-1},{"op":"translate_x","level":8,"sign":1}],"cutout":[9,21,25,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"crop","position":-1,"before":[0,8],"delta":[-1,-1],"after":[1,9],"probe_loss":2.4258031845092773,"dl":-0.01580977439880371,"candidate_loss":2.3946754932403564,"inert":false,"clamped":true,"candidate":{"crop":[1,9],"flip":false,"chain":[{"op":"color","level":7,"sign":-1},{"op":"translate_x","level":8,"sign":1}],"cutout":[9,21,25,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"chain","position":1,"before":[8],"delta":[1],"after":[9],"probe_loss":2.4428353309631348,"dl":0.001222372055053711,"candidate_loss":2.4428353309631348,"inert":false,"clamped":false,"candidate":{"crop":[0,8],"flip":false,"chain":[{"op":"color","level":7,"sign":-1},{"op":"translate_x","level":9,"sign":1}],"cutout":[9,21,25,32],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}},{"group":"cutout","position":-1,"before":[9,21,25,32],"delta":[1,-1,1,-1],"after":[10,20,26,31],"probe_loss":2.4508581161499023,"dl":0.009245157241821289,"candidate_loss":2.4394068717956543,"inert":false,"clamped":false,"candidate":{"crop":[0,8],"flip":false,"chain":[{"op":"color","level":7,"sign":-1},{"op":"translate_x","level":8,"sign":1}],"cutout":[10,20,26,31],"grid":"aa10","order":"chain-first","cutout_fill":"mean","outside":"mean"}}]');
CREATE TABLE pictures (          -- of a decision
  run INTEGER NOT NULL, attempt INTEGER NOT NULL, step INTEGER NOT NULL, sample INTEGER NOT NULL,
  candidate INTEGER NOT NULL,          -- index into groups; -1: unperturbed; -2: original
  png       BLOB NOT NULL,
  PRIMARY KEY (run, attempt, step, sample, candidate),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
);
INSERT INTO pictures VALUES(1,1,2,10,-2,X'89504e470d0a1a0a0000000d4948445200000020000000200802000000fc18eda3000000cd49444154789cedd4b10d85300c04509f82180016082bc00eb46c00a248918a0d320c63908928a0424234e8176922d2fcc2e9bcc093add31dac76454f975a4b85f721eff7aa9ecea318c6eba672a3b727afd64ae17c68f0fb5d4fdb51f4e3a5a854f43ee4fd5ad5380f1ac6fda669a38f86b6b38c5c7a1cac6e19b9f438b8d93272e9716816c7c8a5c7c198863dd8588376863dd8584367357bb0b106dd76ecc1c61a66ab33552c6858dc9ca962418369964c150b1a9c31992a1634c8d8c9d8c9d8c9d8c9d8c9d8c9d8fdf3eb0f17dc0b7fd7c350000000000049454e44ae426082');
INSERT INTO pictures VALUES(1,1,2,10,-1,X'89504e470d0a1a0a0000000d4948445200000020000000200802000000fc18eda30000013049444154789c63f4f3f363a02560a2a9e9c3c202169d930f59995e7cf99bb9ee2d237b5eef1396b88a177ffeb33333fefb2eb879739b9c02dbdbd7afc3b2bffc64295fcaf22de0e3578e56366686ff3f9876edfaa1abeb4dd002c696d80c228de3e32f7ffb863b20e5ca1746ce951cac51bfe7be3ee545d8029eb26e228d139fac8de657a79b8f085b909ece4da4719841a7aba747d802cece74228dc30cba67f75d095ba051c84752c422fbf5ddd937842d90363625296291fdaaeb7d96b00549399c24452cb25f775a5a12b620a72192a48845f6ebc357a7085b502cd640461683f8d5c8e824610b5a9292c8c86210bf9e3735276c41b9c86432b218c4afa75f3d266c81be411519590ce257bffbfb095b5025ae3f5ad8e1b760b4b02368c1686147d082d1c28ea005a3851d210000771957ecf8a62fb50000000049454e44ae426082');
INSERT INTO pictures VALUES(1,1,2,10,0,X'89504e470d0a1a0a0000000d4948445200000020000000200802000000fc18eda30000022749444154789c63f4f3f363a02560a2a9e9c3c2021662145dbebcd5cd8d8391e3dfafbf0cdc3faab936f07746ffe161ff23ba6aea2f61d1aa470fdefbfafe67e264fcf9b7438245e6cfa29f938a8384fff3304ffffd4f829198481635dbb68c3539fcc76f9effdf37ccd11116f9fae9632791561265c13e75393477bdccbd4aa495445970f9d225824181d34a622c9052dc4d46e843ac24ca022163115c41f1f0d529fc7a894a45079be48384ff27334ffafd5ce2652ee322d6184850ac9fc3686444402fb3baba3a410be2deae63f0956052d76753909ec96a26f769e9dd2e4fddabc2160c535f48cb50c1823fc6c1ff372a341b0b9c1210105dbdf4fb6bb9f25fbb20563efbfa09bf5ea28268fd0e466199e78a9b3adddc3818fdfffdfafbf2862134c2fd181e53c182e4bf58421f622583ae37152c60f10e61fdf977e5475bf93f8b0e4e2a468ef0d70412117116d472abf008fd115d35f5b3b07a95d094f73ebeff99a0563a313ca282058a9b4a30431f6225839e1e152c704ac612fa102b9fdd27a097a864ba85c71939ed2b7f7e2e96f17a89488206abd6f7e7dfa860c197fd8791d33e727613577b8e5f2f5141e4eeff1233f42111be93c1920a16fc108ac40c7d88950ca3851d030303dec24e868567b182e06f818dcf9604dbbc93947fbe41e4c9dfff41c7362ad8998a71884a321255e19c3b674e52458f5cbb116581e1e9932455f4c856126581a9982c69153d92954459b049d191a48a1ed94ae29a2d83b96507004d4c475dbdf20aa00000000049454e44ae426082');
INSERT INTO pictures VALUES(1,1,2,10,1,X'89504e470d0a1a0a0000000d4948445200000020000000200802000000fc18eda30000013349444154789c63f4f3f363a02560a2a9e9f4b08045e7e44356a6175ffe66ae7bcbc89ed7fb8425aee2c59fffeccc8cffbe0b6ededc26a7c0f6f6f5ebb0ec2f3f59ca97b27c0bf8f895a3958d99e1ff0fa65dbb7ee8ea7a13b480b125368348e3f8f8cbdfbee10e48b9f285917325076bd4efb9af4f7911b680a7ac9b48e3c4276ba3f9d5e9e623c216a4a77313691c66d0e9eae911b680b3339d48e33083eed97d57c2166814f29114b1c87e7d77f60d610ba48d4d498a5864bfea7a9f256c41520e2749118becd79d9696842dc8698824296291fdfaf0d529c216148b359091c5207e35323a49d88296a42432b218c4afe74dcd095b502e32998c2c06f1ebe9578f095ba06f5045461683f8d5effe7ec2165489eb8f1676f82d182dec085a305ad811b460b4b02368c1686147d0025a177600f0a275d56dfe70cf0000000049454e44ae426082');
INSERT INTO pictures VALUES(1,1,2,10,2,X'89504e470d0a1a0a0000000d4948445200000020000000200802000000fc18eda30000016d49444154789c63f4f3f363a02560a2a9e9c3c202e6884f1f781ffb1dbc28f5d173f94531bbf03fdc52fc02329c6c3a7bf7ae626279fbe0fe55fb90cbbcca01db54b98d455885170808dde3e17c70fcf875717135622c606c4ec966fcf75d70f3e6363905b6b7af5f87657ff9c952be94e55bc0c7af1cad6ccc0cff7f30eddaf5838fbffced1bee80942b5f18395772b046fd9efbfa9417511630e4f713639cf8646d56a6175ffe66ae7bcbc89ed7fb8425cee9e623a22c50546426c6b88a177ffeb33323fb55574f8f280b925b5888310e33e89edd7725ca029ed21c628cc30cba7767df1017440a0ac4472cb25f75bdcf126541463e27f1118becd79d9696445990d098447cc422fbf5e1ab53c405117323f1118bec5723a393445930555494d42c06f1eb795373a22cc84d6921358b41fc7afad563a22c90916925358b41fcea777f3f5116d44b8a939ac5207ed5d5f526ca82d1c28ea005a3851d410b460b3b82168c1676042d18f2851d0078d42527ad0984cf0000000049454e44ae426082');
INSERT INTO pictures VALUES(1,1,2,10,3,X'89504e470d0a1a0a0000000d4948445200000020000000200802000000fc18eda30000013049444154789c63f4f3f363a02560a2a9e9c3c202169d930f59995e7cf99bb9ee2d237b5eef1396b88a177ffeb33333fefb2eb879739b9c02dbdbd7afc3b2bffc64295fcaf22de0e3578e56366686ff3f9876edfaa1abeb4dd002c696d80c228de3e32f7ffb863b20e5ca1746ce951cac51bfe7be3ee545d8029eb26e228d139fac8de657a79b8f085b909ece4da4719841a7aba747d802cece74228dc30cba67f75d095ba051c84752c422fbf5ddd937842d90363625296291fdaaeb7d96b00549399c24452cb25f775a5a12b620a72192a48845f6ebc357a7085b502cd640461683f8d5c8e824610b5a9292c8c86210bf9e3735276c41b9c86432b218c4afa75f3d266c81be411519590ce257bffbfb095b5025ae3f5ad8e1b760b4b02368c1686147d082d1c28ea005a3851d210000771957ecf8a62fb50000000049454e44ae426082');
CREATE TABLE checkpoints (
  id      INTEGER PRIMARY KEY,         -- in the order of writing
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  step    INTEGER NOT NULL,
  epoch   INTEGER NOT NULL,
  file    TEXT NOT NULL,               -- in the run's folder, or an absolute path
  hash    TEXT NOT NULL,               -- SHA-256 of its content
  written TEXT NOT NULL,
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
);
CREATE TABLE results (           -- of an attempt that reached its last epoch
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  best_top1, last_top1, last_top5, last_loss,       -- top-1, top-5 in 0..1
  best_epoch INTEGER NOT NULL,
  parameters INTEGER NOT NULL,
  seconds,                             -- training over all attempts, tests left out
  forwards_no_grad INTEGER NOT NULL, forwards_train INTEGER NOT NULL, backwards INTEGER NOT NULL,
  chains     INTEGER NOT NULL,
  PRIMARY KEY (run, attempt),
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO results VALUES(1,1,0.25,0.25,0.75,2.2270020842552185058,1,5180,0,18,2,2,126);
CREATE TABLE events (
  id      INTEGER PRIMARY KEY,
  run INTEGER NOT NULL, attempt INTEGER NOT NULL,
  time    TEXT NOT NULL,
  kind    TEXT NOT NULL,               -- event, state
  text    TEXT NOT NULL,
  FOREIGN KEY (run, attempt) REFERENCES attempts ON DELETE CASCADE
);
CREATE TABLE policies (          -- found policies that runs use, so that no other machine needs the user's library
  name   TEXT PRIMARY KEY,           -- it was asked for by: means one policy in a project
  sha256 TEXT NOT NULL,              -- of the text; the configurations of the runs name it
  text   TEXT NOT NULL,              -- the file's bytes
  stored TEXT NOT NULL               -- UTC, ISO 8601
) WITHOUT ROWID;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('runs',1);
CREATE INDEX checkpoints_of_run ON checkpoints(run, attempt);
CREATE INDEX events_of_run ON events(run, attempt);
CREATE VIEW finished_runs AS     -- the newest run of each configuration and seed: accuracy in percent, what it cost
WITH done AS (
  SELECT r.id AS run, r.key, r.title, r.dataset, r.model, r.recipe, r.method, r.policy,
         CASE WHEN json_valid(r.config)
              THEN json_remove(json_extract(r.config, '$.method'), '$.name', '$.policy') END AS settings,
         r.seed, r.config_hash, r.recipe_hash,
         a.host, a.device, a.threads, 100 * x.best_top1 AS best, 100 * x.last_top1 AS last, x.seconds,
         x.forwards_no_grad + x.forwards_train + 2 * x.backwards AS forward_equivalents, x.chains,
         row_number() OVER (PARTITION BY r.config_hash, r.seed ORDER BY r.id DESC) AS nth
  FROM runs r
  JOIN attempts a ON a.run = r.id AND a.attempt = (SELECT max(attempt) FROM attempts WHERE run = r.id)
  JOIN results x ON x.run = a.run AND x.attempt = a.attempt
  WHERE a.state = 'finished')
SELECT * FROM done WHERE nth = 1
;
CREATE VIEW table2 AS            -- top-1 in percent over the seeds; sd: sample standard deviation, NULL for n = 1
WITH groups AS (
  SELECT config_hash, count(*) AS n, avg(best) AS best_mean, avg(last) AS last_mean
  FROM finished_runs GROUP BY config_hash)
SELECT min(f.dataset) AS dataset, min(f.model) AS model, min(f.recipe) AS recipe, min(f.method) AS method,
       max(f.policy) AS policy, min(f.settings) AS settings,
       g.config_hash, g.n, g.best_mean,
       CASE WHEN g.n > 1 THEN sqrt(sum((f.best - g.best_mean) * (f.best - g.best_mean)) / (g.n - 1)) END AS best_sd,
       g.last_mean,
       CASE WHEN g.n > 1 THEN sqrt(sum((f.last - g.last_mean) * (f.last - g.last_mean)) / (g.n - 1)) END AS last_sd
FROM finished_runs f JOIN groups g ON g.config_hash = f.config_hash
GROUP BY g.config_hash
ORDER BY dataset, model, recipe, method, policy, settings
;
CREATE VIEW table3 AS            -- mean cost of a run, and its ratio to ra-uc with the same recipe; time only against
WITH reference AS (              -- ra-uc on the same host, device and number of threads
  SELECT recipe_hash, avg(forward_equivalents) AS forward_equivalents, avg(chains) AS chains
  FROM finished_runs WHERE method = 'ra-uc' GROUP BY recipe_hash),
timed AS (
  SELECT recipe_hash, host, device, threads, avg(seconds) AS seconds
  FROM finished_runs WHERE method = 'ra-uc' GROUP BY recipe_hash, host, device, threads)
SELECT min(f.dataset) AS dataset, min(f.model) AS model, min(f.recipe) AS recipe, min(f.method) AS method,
       max(f.policy) AS policy, min(f.settings) AS settings,
       f.config_hash, count(*) AS n, avg(f.seconds) AS seconds, avg(f.forward_equivalents) AS forward_equivalents,
       avg(f.chains) AS chains, avg(f.seconds / t.seconds) AS time_ratio,
       avg(f.forward_equivalents) / r.forward_equivalents AS forward_ratio, avg(f.chains) / r.chains AS chain_ratio
FROM finished_runs f
LEFT JOIN reference r ON r.recipe_hash = f.recipe_hash
LEFT JOIN timed t ON t.recipe_hash = f.recipe_hash AND t.host = f.host AND t.device = f.device AND t.threads = f.threads
GROUP BY f.config_hash
ORDER BY dataset, model, recipe, method, policy, settings
;
COMMIT;
