BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'replywatch','0001_facts','2026-11-01 09:00:00+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'replywatch','0002_derived','2026-11-01 09:00:00+00:00');
CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
INSERT INTO "accounts" VALUES(1,'info');
CREATE TABLE covered_since (
        account TEXT NOT NULL, -- its name
        in_sent INTEGER NOT NULL, -- as in evidence
        clock INTEGER NOT NULL, -- of the oldest mail of ours, before something was erased
        PRIMARY KEY (account, in_sent)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE derivation (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        fingerprint TEXT NOT NULL, -- of the rules and the config that made all derived rows
        last_pass INTEGER NOT NULL -- all that passes up to this one brought is derived; -1: not all is yet
    ) STRICT;
INSERT INTO "derivation" VALUES(1,'d936d4332a59bbe2',3);
CREATE TABLE dirty (cluster INTEGER PRIMARY KEY) STRICT;
CREATE TABLE epochs (
        id INTEGER PRIMARY KEY,
        mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
        uidvalidity INTEGER NOT NULL,
        scanned_to INTEGER NOT NULL DEFAULT 0, -- every UID up to here has a location or is in quarantine
        uidnext INTEGER, -- NULL: the server didn't say
        message_count INTEGER, -- NULL: not read to the end since something changed
        highestmodseq INTEGER, -- NULL: the server has none
        token TEXT NOT NULL DEFAULT '',
        completed_at INTEGER, -- NULL: never read to the end
        superseded_at INTEGER, -- NULL: these are the present UIDs
        UNIQUE (mailbox, uidvalidity)
    ) STRICT;
INSERT INTO "epochs" VALUES(1,1,1,6,NULL,NULL,NULL,'',NULL,NULL);
INSERT INTO "epochs" VALUES(2,2,1,1,2,NULL,2158018133,'',1774018800,1774018800);
INSERT INTO "epochs" VALUES(3,3,1,2,3,2,2023166076,'',1774011600,NULL);
INSERT INTO "epochs" VALUES(4,4,1,1,2,1,2158018133,'',1774015200,NULL);
INSERT INTO "epochs" VALUES(5,2,2,1,2,1,2158018133,'',1774018800,NULL);
CREATE TABLE erased (
        identity TEXT PRIMARY KEY -- of a message that must not come back, wherever it is found again
    ) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (
        account TEXT NOT NULL, -- where mail of ours was found
        in_sent INTEGER NOT NULL, -- 1: in a Sent mailbox; 0: in an archive that holds both directions
        clock INTEGER NOT NULL, -- the oldest of the cluster
        cluster INTEGER NOT NULL,
        PRIMARY KEY (account, in_sent, clock, cluster)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "evidence" VALUES('info',1,1772447400,2);
INSERT INTO "evidence" VALUES('info',1,1767603600,7);
CREATE TABLE exchanges (
        id TEXT NOT NULL, -- identity of the opening message
        levels INTEGER NOT NULL, -- bits of domain.messages.LEVELS
        cluster INTEGER NOT NULL,
        conversation TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        address TEXT NOT NULL,
        contact TEXT NOT NULL,
        contact_name TEXT NOT NULL,
        message_id TEXT,
        subject TEXT NOT NULL,
        arrived_at INTEGER NOT NULL,
        arrival_source TEXT NOT NULL,
        arrival_sure INTEGER NOT NULL,
        messages INTEGER NOT NULL,
        acknowledged_at INTEGER, -- NULL: no automatic answer
        answered_at INTEGER, -- NULL: no reply seen
        reply TEXT,
        reply_message_id TEXT,
        answered_by TEXT,
        matched_by TEXT,
        answered_after INTEGER, -- NULL: no evidence of an unseen reply
        answered_before INTEGER,
        ended_at INTEGER, -- NULL: no new enquiry ended it
        marked INTEGER NOT NULL,
        PRIMARY KEY (id, levels)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "exchanges" VALUES('245517bf0dd6dc9bb1906ac849988811',15,1,'245517bf0dd6dc9bb1906ac849988811',1,'info@example.com','nora@nora.example','Nora','nora.2@nora.example','Offer for oak boards',1768035600,'internaldate',1,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "exchanges" VALUES('3000d532f24ab1df74d9de96185704c8',15,6,'3000d532f24ab1df74d9de96185704c8',1,'info@example.com','karl@karl.example','Karl','karl.8@karl.example','Offer for oak boards',1773914400,'internaldate',1,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "exchanges" VALUES('52860069ff38687ce113177b3cc7c3a5',15,4,'52860069ff38687ce113177b3cc7c3a5',1,'info@example.com','fred@fred.example','Fred','fred.6@fred.example','Offer for oak boards',1773824400,'internaldate',1,1,NULL,NULL,NULL,NULL,NULL,NULL,1774011600,1774015200,NULL,0);
INSERT INTO "exchanges" VALUES('d09b420ee7cf3c7bbc30f5bf31afaf8e',15,3,'d09b420ee7cf3c7bbc30f5bf31afaf8e',1,'info@example.com','will@will.example','Will','will.5@will.example','Offer for oak boards',1773910800,'internaldate',1,1,NULL,1773993600,NULL,NULL,NULL,'mark',NULL,NULL,NULL,1);
INSERT INTO "exchanges" VALUES('d393602ac55b3b5816259fad11008441',15,2,'d393602ac55b3b5816259fad11008441',1,'info@example.com','anna@anna.example','Anna','anna.3@anna.example','Offer for oak boards',1772442000,'internaldate',1,1,NULL,1772447400,'19ec8e3526e65ba7ed2e1368ba87c7cf','ben.4@example.com','ben@example.com','in-reply-to',NULL,NULL,NULL,0);
CREATE TABLE id_domains (
        domain TEXT PRIMARY KEY, -- right side of Message-IDs
        ours INTEGER NOT NULL, -- on how many copies of our mail
        outside INTEGER NOT NULL -- on how many others
    ) STRICT, WITHOUT ROWID;
INSERT INTO "id_domains" VALUES('anna.example',0,1);
INSERT INTO "id_domains" VALUES('example.com',2,0);
INSERT INTO "id_domains" VALUES('fred.example',0,1);
INSERT INTO "id_domains" VALUES('karl.example',0,1);
INSERT INTO "id_domains" VALUES('nora.example',0,1);
INSERT INTO "id_domains" VALUES('theo.example',0,1);
INSERT INTO "id_domains" VALUES('will.example',0,1);
CREATE TABLE judgements (
        identity TEXT PRIMARY KEY,
        cluster INTEGER NOT NULL,
        conversation TEXT NOT NULL,
        rung TEXT, -- NULL: nothing ties it to another message
        message_id TEXT, -- NULL: it has none
        direction TEXT NOT NULL,
        disposition TEXT NOT NULL,
        kind TEXT NOT NULL,
        rule TEXT NOT NULL,
        because TEXT NOT NULL,
        contact TEXT NOT NULL,
        author TEXT NOT NULL,
        address TEXT NOT NULL,
        clock INTEGER NOT NULL,
        clock_source TEXT NOT NULL,
        clock_sure INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
INSERT INTO "judgements" VALUES('19ec8e3526e65ba7ed2e1368ba87c7cf',2,'d393602ac55b3b5816259fad11008441','in-reply-to','ben.4@example.com','outbound','outbound','human','human','no sign of automatic mail','anna@anna.example','ben@example.com','',1772447400,'date',1);
INSERT INTO "judgements" VALUES('245517bf0dd6dc9bb1906ac849988811',1,'245517bf0dd6dc9bb1906ac849988811',NULL,'nora.2@nora.example','inbound','counted','human','human','no sign of automatic mail','nora@nora.example','','info@example.com',1768035600,'internaldate',1);
INSERT INTO "judgements" VALUES('3000d532f24ab1df74d9de96185704c8',6,'3000d532f24ab1df74d9de96185704c8',NULL,'karl.8@karl.example','inbound','counted','human','human','no sign of automatic mail','karl@karl.example','','info@example.com',1773914400,'internaldate',1);
INSERT INTO "judgements" VALUES('52860069ff38687ce113177b3cc7c3a5',4,'52860069ff38687ce113177b3cc7c3a5',NULL,'fred.6@fred.example','inbound','counted','human','human','no sign of automatic mail','fred@fred.example','','info@example.com',1773824400,'internaldate',1);
INSERT INTO "judgements" VALUES('9533dcddf71dcffc828a6143f2e76ac8',7,'9533dcddf71dcffc828a6143f2e76ac8',NULL,'ben.1@example.com','outbound','outbound','human','human','no sign of automatic mail','xaver@xaver.example','ben@example.com','',1767603600,'date',1);
INSERT INTO "judgements" VALUES('abadf62cad435894701fbdb1275f4263',5,'abadf62cad435894701fbdb1275f4263',NULL,'theo.7@theo.example','inbound','set_aside','human','human','no sign of automatic mail','theo@theo.example','','info@example.com',1773738000,'internaldate',1);
INSERT INTO "judgements" VALUES('d09b420ee7cf3c7bbc30f5bf31afaf8e',3,'d09b420ee7cf3c7bbc30f5bf31afaf8e',NULL,'will.5@will.example','inbound','counted','human','human','no sign of automatic mail','will@will.example','','info@example.com',1773910800,'internaldate',1);
INSERT INTO "judgements" VALUES('d393602ac55b3b5816259fad11008441',2,'d393602ac55b3b5816259fad11008441','in-reply-to','anna.3@anna.example','inbound','counted','human','human','no sign of automatic mail','anna@anna.example','','info@example.com',1772442000,'internaldate',1);
CREATE TABLE keys (
        key INTEGER PRIMARY KEY,
        message INTEGER NOT NULL REFERENCES messages (id) -- the first that has it
    ) STRICT;
INSERT INTO "keys" VALUES(-9193746573626357948,8);
INSERT INTO "keys" VALUES(-8516542031223066011,3);
INSERT INTO "keys" VALUES(-8485718748120776703,3);
INSERT INTO "keys" VALUES(-8267515843220322587,4);
INSERT INTO "keys" VALUES(-7844859958925300021,1);
INSERT INTO "keys" VALUES(-6141319895101014540,1);
INSERT INTO "keys" VALUES(-5966224045328131252,7);
INSERT INTO "keys" VALUES(-4720225173541732156,7);
INSERT INTO "keys" VALUES(-4542011231950470122,6);
INSERT INTO "keys" VALUES(-3923852852797340193,4);
INSERT INTO "keys" VALUES(-3920685032973272635,6);
INSERT INTO "keys" VALUES(-3807553227627043612,5);
INSERT INTO "keys" VALUES(-978117457905414471,2);
INSERT INTO "keys" VALUES(-415035768438091218,5);
INSERT INTO "keys" VALUES(900955123809421258,2);
INSERT INTO "keys" VALUES(1803269342169089283,7);
INSERT INTO "keys" VALUES(2262103750969383688,6);
INSERT INTO "keys" VALUES(3242535592677711193,8);
INSERT INTO "keys" VALUES(3963049813797570674,4);
INSERT INTO "keys" VALUES(4756137881176343855,1);
INSERT INTO "keys" VALUES(5964946506940202631,5);
INSERT INTO "keys" VALUES(7798934431858573943,3);
INSERT INTO "keys" VALUES(8401900766761456560,2);
CREATE TABLE locations (
        epoch INTEGER NOT NULL REFERENCES epochs (id),
        uid INTEGER NOT NULL,
        message INTEGER REFERENCES messages (id), -- NULL: erased; the columns of what was said of it are empty, too
        internal_date INTEGER, -- NULL: unknown or absurd
        size INTEGER, -- NULL: unknown
        flags TEXT NOT NULL, -- separated by blanks, as first seen
        thread TEXT, -- NULL: the provider has no conversation ids
        first_seen INTEGER NOT NULL,
        missed_at INTEGER, -- NULL: there when last looked for
        unanswered_at INTEGER, -- NULL: not seen without the flag \Answered; else the last pass before it came
        answered_at INTEGER, -- NULL: no flag \Answered; else the pass that saw it first
        gone INTEGER, -- NULL: still there; else when it was missed for the second time
        PRIMARY KEY (epoch, uid)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "locations" VALUES(1,1,1,1768035600,1000,'',NULL,1774011600,1774018800,NULL,NULL,NULL);
INSERT INTO "locations" VALUES(1,2,2,1772442000,1000,'',NULL,1774011600,NULL,NULL,NULL,NULL);
INSERT INTO "locations" VALUES(1,3,3,1773910800,1000,'',NULL,1774011600,NULL,NULL,NULL,NULL);
INSERT INTO "locations" VALUES(1,4,4,1773824400,1000,'',NULL,1774011600,NULL,1774011600,1774015200,NULL);
INSERT INTO "locations" VALUES(1,5,5,1773738000,1000,'',NULL,1774011600,1774015200,NULL,NULL,1774018800);
INSERT INTO "locations" VALUES(3,1,7,1767603600,1000,'',NULL,1774011600,NULL,NULL,NULL,NULL);
INSERT INTO "locations" VALUES(3,2,8,1772447400,1000,'',NULL,1774011600,NULL,NULL,NULL,NULL);
INSERT INTO "locations" VALUES(4,1,5,1773738000,1000,'',NULL,1774015200,NULL,NULL,NULL,NULL);
INSERT INTO "locations" VALUES(5,1,6,1773914400,1000,'',NULL,1774011600,NULL,NULL,NULL,NULL);
CREATE TABLE mailboxes (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES accounts (id),
        name TEXT NOT NULL,
        delimiter TEXT NOT NULL,
        attributes TEXT NOT NULL, -- JSON list of LIST attributes
        UNIQUE (account, name)
    ) STRICT;
INSERT INTO "mailboxes" VALUES(1,1,'INBOX','/','[]');
INSERT INTO "mailboxes" VALUES(2,1,'Kunden','/','[]');
INSERT INTO "mailboxes" VALUES(3,1,'Sent','/','[]');
INSERT INTO "mailboxes" VALUES(4,1,'Trash','/','[]');
CREATE TABLE marks (
        id INTEGER PRIMARY KEY,
        identity TEXT NOT NULL, -- of the message it corrects
        made_at INTEGER NOT NULL,
        kind TEXT NOT NULL, -- domain.messages.MarkKind, or 'undo': nothing holds from here on
        value TEXT NOT NULL -- instant, kind, or identity of the message replied to
    ) STRICT;
INSERT INTO "marks" VALUES(1,'d09b420ee7cf3c7bbc30f5bf31afaf8e',1774018800,'answered','1773993600');
CREATE TABLE messages (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        header BLOB NOT NULL -- the wanted fields, raw
    ) STRICT;
INSERT INTO "messages" VALUES(1,X'24ADC68E1F5C2B433D0131EEEB132D97',X'52656365697665643A2066726F6D206F75742E6578616D706C652E6E6574206279206D782E6578616D706C652E636F6D20776974682045534D5450533B0D0A095361742C203130204A616E20323032362030393A30303A3030202B303030300D0A46726F6D3A204E6F7261203C6E6F7261406E6F72612E6578616D706C653E0D0A546F3A20696E666F406578616D706C652E636F6D0D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A205361742C203130204A616E20323032362030393A30303A3030202B303030300D0A4D6573736167652D49443A203C6E6F72612E32406E6F72612E6578616D706C653E0D0A0D0A');
INSERT INTO "messages" VALUES(2,X'6B6734D6973F4FF9516DE90A80455F2F',X'52656365697665643A2066726F6D206F75742E6578616D706C652E6E6574206279206D782E6578616D706C652E636F6D20776974682045534D5450533B0D0A094D6F6E2C203032204D617220323032362030393A30303A3030202B303030300D0A46726F6D3A20416E6E61203C616E6E6140616E6E612E6578616D706C653E0D0A546F3A20696E666F406578616D706C652E636F6D0D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A204D6F6E2C203032204D617220323032362030393A30303A3030202B303030300D0A4D6573736167652D49443A203C616E6E612E3340616E6E612E6578616D706C653E0D0A0D0A');
INSERT INTO "messages" VALUES(3,X'5DFEE910B0B3B3F5596CDE21ECF5CD50',X'52656365697665643A2066726F6D206F75742E6578616D706C652E6E6574206279206D782E6578616D706C652E636F6D20776974682045534D5450533B0D0A095468752C203139204D617220323032362030393A30303A3030202B303030300D0A46726F6D3A2057696C6C203C77696C6C4077696C6C2E6578616D706C653E0D0A546F3A20696E666F406578616D706C652E636F6D0D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A205468752C203139204D617220323032362030393A30303A3030202B303030300D0A4D6573736167652D49443A203C77696C6C2E354077696C6C2E6578616D706C653E0D0A0D0A');
INSERT INTO "messages" VALUES(4,X'9FE8CADA56C105B1E2C02B842579B388',X'52656365697665643A2066726F6D206F75742E6578616D706C652E6E6574206279206D782E6578616D706C652E636F6D20776974682045534D5450533B0D0A095765642C203138204D617220323032362030393A30303A3030202B303030300D0A46726F6D3A2046726564203C6672656440667265642E6578616D706C653E0D0A546F3A20696E666F406578616D706C652E636F6D0D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A205765642C203138204D617220323032362030393A30303A3030202B303030300D0A4D6573736167652D49443A203C667265642E3640667265642E6578616D706C653E0D0A0D0A');
INSERT INTO "messages" VALUES(5,X'D6DC8759815E2308E8C36365AD8A0B4B',X'52656365697665643A2066726F6D206F75742E6578616D706C652E6E6574206279206D782E6578616D706C652E636F6D20776974682045534D5450533B0D0A095475652C203137204D617220323032362030393A30303A3030202B303030300D0A46726F6D3A205468656F203C7468656F407468656F2E6578616D706C653E0D0A546F3A20696E666F406578616D706C652E636F6D0D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A205475652C203137204D617220323032362030393A30303A3030202B303030300D0A4D6573736167652D49443A203C7468656F2E37407468656F2E6578616D706C653E0D0A0D0A');
INSERT INTO "messages" VALUES(6,X'64D038A52D249051F2AA367B3538768E',X'52656365697665643A2066726F6D206F75742E6578616D706C652E6E6574206279206D782E6578616D706C652E636F6D20776974682045534D5450533B0D0A095468752C203139204D617220323032362031303A30303A3030202B303030300D0A46726F6D3A204B61726C203C6B61726C406B61726C2E6578616D706C653E0D0A546F3A20696E666F406578616D706C652E636F6D0D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A205468752C203139204D617220323032362031303A30303A3030202B303030300D0A4D6573736167652D49443A203C6B61726C2E38406B61726C2E6578616D706C653E0D0A0D0A');
INSERT INTO "messages" VALUES(7,X'1D24DCC909C3DA151295CB969527C0A2',X'46726F6D3A2042656E203C62656E406578616D706C652E636F6D3E0D0A546F3A2078617665724078617665722E6578616D706C650D0A5375626A6563743A204F6666657220666F72206F616B20626F617264730D0A446174653A204D6F6E2C203035204A616E20323032362030393A30303A3030202B303030300D0A4D6573736167652D49443A203C62656E2E31406578616D706C652E636F6D3E0D0A0D0A');
INSERT INTO "messages" VALUES(8,X'2AC546918FB54516E2298887287201D0',X'46726F6D3A2042656E203C62656E406578616D706C652E636F6D3E0D0A546F3A20616E6E6140616E6E612E6578616D706C650D0A5375626A6563743A2052653A204F6666657220666F72206F616B20626F617264730D0A446174653A204D6F6E2C203032204D617220323032362031303A33303A3030202B303030300D0A4D6573736167652D49443A203C62656E2E34406578616D706C652E636F6D3E0D0A496E2D5265706C792D546F3A203C616E6E612E3340616E6E612E6578616D706C653E0D0A5265666572656E6365733A203C616E6E612E3340616E6E612E6578616D706C653E0D0A0D0A');
CREATE TABLE named_domains (
        domain TEXT NOT NULL, -- right side of an id that the message names
        message INTEGER NOT NULL REFERENCES messages (id),
        PRIMARY KEY (domain, message)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE passes (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES accounts (id),
        started_at INTEGER NOT NULL,
        finished_at INTEGER, -- NULL: under way, or killed
        error TEXT -- NULL: complete, if finished
    ) STRICT;
INSERT INTO "passes" VALUES(1,1,1774011600,1774011600,NULL);
INSERT INTO "passes" VALUES(2,1,1774015200,1774015200,NULL);
INSERT INTO "passes" VALUES(3,1,1774018800,1774018800,NULL);
CREATE TABLE pending (message INTEGER PRIMARY KEY REFERENCES messages (id)) STRICT;
CREATE TABLE quarantine (
        epoch INTEGER NOT NULL REFERENCES epochs (id),
        uid INTEGER NOT NULL,
        first_seen INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        PRIMARY KEY (epoch, uid)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "quarantine" VALUES(1,6,1774011600,4);
CREATE TABLE readings (
        message INTEGER PRIMARY KEY REFERENCES messages (id),
        cluster INTEGER NOT NULL, -- the smallest message of the cluster
        identity TEXT NOT NULL, -- the same for all copies of a message
        data TEXT NOT NULL -- domain.messages.Reading as JSON
    ) STRICT;
INSERT INTO "readings" VALUES(1,1,'245517bf0dd6dc9bb1906ac849988811','["245517bf0dd6dc9bb1906ac849988811","nora.2@nora.example",["nora.2@nora.example"],[],[],1768035600,true,1768035600,"Offer for oak boards","offer for oak boards",false,false,[],["human","human","no sign of automatic mail"],[false,"nora@nora.example","Nora","From","",["nora@nora.example"],["info@example.com"],"info@example.com",true]]');
INSERT INTO "readings" VALUES(2,2,'d393602ac55b3b5816259fad11008441','["d393602ac55b3b5816259fad11008441","anna.3@anna.example",["anna.3@anna.example"],[],[],1772442000,true,1772442000,"Offer for oak boards","offer for oak boards",false,false,[],["human","human","no sign of automatic mail"],[false,"anna@anna.example","Anna","From","",["anna@anna.example"],["info@example.com"],"info@example.com",true]]');
INSERT INTO "readings" VALUES(3,3,'d09b420ee7cf3c7bbc30f5bf31afaf8e','["d09b420ee7cf3c7bbc30f5bf31afaf8e","will.5@will.example",["will.5@will.example"],[],[],1773910800,true,1773910800,"Offer for oak boards","offer for oak boards",false,false,[],["human","human","no sign of automatic mail"],[false,"will@will.example","Will","From","",["will@will.example"],["info@example.com"],"info@example.com",true]]');
INSERT INTO "readings" VALUES(4,4,'52860069ff38687ce113177b3cc7c3a5','["52860069ff38687ce113177b3cc7c3a5","fred.6@fred.example",["fred.6@fred.example"],[],[],1773824400,true,1773824400,"Offer for oak boards","offer for oak boards",false,false,[],["human","human","no sign of automatic mail"],[false,"fred@fred.example","Fred","From","",["fred@fred.example"],["info@example.com"],"info@example.com",true]]');
INSERT INTO "readings" VALUES(5,5,'abadf62cad435894701fbdb1275f4263','["abadf62cad435894701fbdb1275f4263","theo.7@theo.example",["theo.7@theo.example"],[],[],1773738000,true,1773738000,"Offer for oak boards","offer for oak boards",false,false,[],["human","human","no sign of automatic mail"],[false,"theo@theo.example","Theo","From","",["theo@theo.example"],["info@example.com"],"info@example.com",true]]');
INSERT INTO "readings" VALUES(6,6,'3000d532f24ab1df74d9de96185704c8','["3000d532f24ab1df74d9de96185704c8","karl.8@karl.example",["karl.8@karl.example"],[],[],1773914400,true,1773914400,"Offer for oak boards","offer for oak boards",false,false,[],["human","human","no sign of automatic mail"],[false,"karl@karl.example","Karl","From","",["karl@karl.example"],["info@example.com"],"info@example.com",true]]');
INSERT INTO "readings" VALUES(7,7,'9533dcddf71dcffc828a6143f2e76ac8','["9533dcddf71dcffc828a6143f2e76ac8","ben.1@example.com",["ben.1@example.com"],[],[],1767603600,true,null,"Offer for oak boards","offer for oak boards",false,false,["xaver@xaver.example"],["human","human","no sign of automatic mail"],[true,"xaver@xaver.example","","the first recipient outside","ben@example.com",[],["xaver@xaver.example"],"",false]]');
INSERT INTO "readings" VALUES(8,2,'19ec8e3526e65ba7ed2e1368ba87c7cf','["19ec8e3526e65ba7ed2e1368ba87c7cf","ben.4@example.com",["ben.4@example.com"],["anna.3@anna.example"],["anna.3@anna.example"],1772447400,true,null,"Re: Offer for oak boards","offer for oak boards",true,false,["anna@anna.example"],["human","human","no sign of automatic mail"],[true,"anna@anna.example","","the first recipient outside","ben@example.com",[],["anna@anna.example"],"",false]]');
CREATE TABLE subject_key (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        key BLOB NOT NULL, -- under which hidden subjects got their numbers
        settled INTEGER NOT NULL -- 0: the file is still to be written anew without them
    ) STRICT;
CREATE TABLE written (
        contact TEXT NOT NULL, -- somebody outside to whom a person of ours wrote
        sent_at INTEGER NOT NULL,
        identity TEXT NOT NULL,
        conversation TEXT NOT NULL,
        cluster INTEGER NOT NULL,
        PRIMARY KEY (contact, sent_at, identity)
    ) STRICT, WITHOUT ROWID;
INSERT INTO "written" VALUES('anna@anna.example',1772447400,'19ec8e3526e65ba7ed2e1368ba87c7cf','d393602ac55b3b5816259fad11008441',2);
INSERT INTO "written" VALUES('xaver@xaver.example',1767603600,'9533dcddf71dcffc828a6143f2e76ac8','9533dcddf71dcffc828a6143f2e76ac8',7);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX locations_by_message ON locations (message);
CREATE INDEX passes_by_account ON passes (account, started_at);
CREATE INDEX marks_by_identity ON marks (identity);
CREATE INDEX readings_by_cluster ON readings (cluster);
CREATE INDEX readings_by_identity ON readings (identity);
CREATE INDEX id_domains_of_ours ON id_domains (domain) WHERE ours > 0 AND outside = 0;
CREATE INDEX judgements_by_cluster ON judgements (cluster);
CREATE INDEX judgements_by_clock ON judgements (clock, disposition, kind, cluster);
CREATE INDEX judgements_by_message_id ON judgements (message_id);
CREATE INDEX judgements_of_foreign ON judgements (clock, contact) WHERE disposition = 'foreign';
CREATE INDEX exchanges_by_cluster ON exchanges (cluster);
CREATE INDEX exchanges_by_arrival ON exchanges
        (arrived_at, ordinal, levels, answered_at, answered_after, answered_before, acknowledged_at, cluster);
CREATE INDEX exchanges_open ON exchanges (arrived_at) WHERE answered_at IS NULL AND answered_before IS NULL;
CREATE INDEX written_by_cluster ON written (cluster);
CREATE INDEX evidence_by_cluster ON evidence (cluster);
COMMIT;
