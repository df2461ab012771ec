// Made from ui/openapi.json by npm run types. Do not edit.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Accounts: {
            accounts: components["schemas"]["AccountView"][] | null;
        };
        AccountView: {
            disabled?: boolean;
            /** @description Cinque password errate */
            readonly locked?: boolean;
            name: string;
            /** @description Vede i riservati (R11.2) */
            namedForConfidential?: boolean;
            /** Format: date-time */
            readonly passwordSetAt?: string;
            roles: ("amministratore" | "responsabile" | "operatore" | "consultazione" | "gare" | "concorsi")[] | null;
            uor?: string;
            user: string;
        };
        AcknowledgeInputBody: {
            note?: string;
        };
        AddedLegend: {
            /** @description es. E-1 */
            code: string;
            /** @description L'articolo o l'atto su cui si fonda */
            source: string;
            text: string;
        };
        AddedUnregistered: {
            /** @description es. E-1 */
            code: string;
            /** @enum {string} */
            grounds: "escluso" | "particolare";
            /** @description L'articolo o l'atto su cui si fonda */
            source: string;
            words: string;
        };
        Alarm: {
            aoo: string;
            /** Format: int64 */
            count?: number;
            /** Format: date-time */
            endedAt?: string;
            /** @enum {string} */
            endedWhy?: "numbered" | "answers" | "opened" | "confirmed" | "verified" | "extended" | "expired" | "closed" | "recovered" | "delivered" | "moved";
            /**
             * Format: int64
             * @description La soglia passata, in ore; 0 dove non ce n'è
             */
            hours?: number;
            /** Format: int64 */
            id: number;
            /** @enum {string} */
            kind: "waiting" | "proposal" | "clock" | "time" | "emergency-12h" | "emergency-last-hour" | "emergency-expired" | "emergency-recovery" | "emergency-return" | "bids-undelivered";
            /** Format: date-time */
            raisedAt: string;
            seen?: components["schemas"]["Seen"];
            /** Format: date-time */
            since: string;
            /** Format: int64 */
            subject?: number;
        };
        AlarmLetter: {
            /** @enum {string} */
            attempt?: "" | "numbered" | "rejected" | "unavailable" | "unknown" | "absent";
            /** @description Mittente o destinatario */
            from: string;
            /** @description Ricezione n. */
            intakeCode: string;
            /** Format: int64 */
            intakeID: number;
            subject: string;
        };
        Alarms: {
            alarms: components["schemas"]["AlarmView"][] | null;
        };
        AlarmView: {
            aoo: string;
            /** Format: int64 */
            count?: number;
            /** Format: date-time */
            endedAt?: string;
            /** @enum {string} */
            endedWhy?: "numbered" | "answers" | "opened" | "confirmed" | "verified" | "extended" | "expired" | "closed" | "recovered" | "delivered" | "moved";
            /**
             * Format: int64
             * @description La soglia passata, in ore; 0 dove non ce n'è
             */
            hours?: number;
            /** Format: int64 */
            id: number;
            /** @enum {string} */
            kind: "waiting" | "proposal" | "clock" | "time" | "emergency-12h" | "emergency-last-hour" | "emergency-expired" | "emergency-recovery" | "emergency-return" | "bids-undelivered";
            /** @description Quella che attende da più tempo */
            letter?: components["schemas"]["AlarmLetter"];
            /** Format: date-time */
            raisedAt: string;
            /** @description Il registro di emergenza, es. 1/2026 */
            register?: string;
            seen?: components["schemas"]["Seen"];
            /** Format: date-time */
            since: string;
            /** Format: int64 */
            subject?: number;
            /** @description L'oggetto della gara */
            tender?: string;
            /**
             * Format: int64
             * @description Quante lettere attendono ancora da tanto, o quanti plichi non sono consegnati
             */
            waiting?: number;
        };
        AmendApplicationInputBody: {
            arrivalReason?: string;
            /**
             * Format: date-time
             * @description Giorno e ora di arrivo; vuoto: adesso
             */
            arrivedAt?: string;
            /** @description Cognome e nome */
            candidate: string;
            /** @description Sigla del responsabile */
            initials: string;
            means: string;
            note?: string;
            postmarkDay?: string;
            /** @description Codice della raccomandata */
            raccomandata?: string;
            reason: string;
            /** @description Timbro illeggibile o assente */
            unreadable?: boolean;
            /** Format: int64 */
            version: number;
        };
        AmendCompetitionInputBody: {
            classifica?: string;
            /** Format: date-time */
            closesAt: string;
            fascicolo?: string;
            /** @enum {string} */
            kind: "concorso" | "borsa" | "corso";
            /** @enum {string} */
            mode: "nota" | "numero";
            /** @description Bando */
            notice: string;
            /** @description Per le domande spedite fa fede il timbro postale */
            postmark?: boolean;
            reason: string;
            /** @description Responsabile del procedimento */
            responsible: string;
            /** @description Ufficio competente */
            uor?: string;
            /** Format: int64 */
            version: number;
        };
        AmendInputBody: {
            /** @description Codice della base giuridica */
            basis: string;
            cig?: string;
            /** Format: date-time */
            deadline: string;
            /** @description L'atto o la norma che la base giuridica vuole indicati */
            norm?: string;
            /** @description Sede della seduta */
            place: string;
            reason: string;
            /** Format: date-time */
            sessionAt?: string;
            subject: string;
            uor?: string;
            /** Format: int64 */
            version: number;
        };
        Annulment: {
            actDay: string;
            actNumber: string;
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
            /** Format: int64 */
            registrationID: number;
        };
        AOO: {
            code: string;
            name: string;
            /** @description Codice del registro, es. PG */
            registerCode: string;
            registerName: string;
        };
        Application: {
            /** Format: int64 */
            competitionID: number;
            facts: components["schemas"]["ApplicationFacts"];
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakeID?: number;
            /** Format: int64 */
            noteID?: number;
            /** Format: date-time */
            savedAt: string;
            savedBy: string;
            /** Format: int64 */
            seq: number;
            struck?: string;
            /** Format: int64 */
            version: number;
        };
        ApplicationFacts: {
            arrivalReason?: string;
            /**
             * Format: date-time
             * @description Giorno e ora di arrivo; vuoto: adesso
             */
            arrivedAt?: string;
            /** @description Cognome e nome */
            candidate: string;
            /** @description Sigla del responsabile */
            initials: string;
            means: string;
            note?: string;
            postmarkDay?: string;
            /** @description Codice della raccomandata */
            raccomandata?: string;
            /** @description Timbro illeggibile o assente */
            unreadable?: boolean;
        };
        ApplicationInputBody: {
            arrivalReason?: string;
            /**
             * Format: date-time
             * @description Giorno e ora di arrivo; vuoto: adesso
             */
            arrivedAt?: string;
            /** @description Cognome e nome */
            candidate: string;
            /** @description Sigla del responsabile */
            initials: string;
            key: string;
            means: string;
            note?: string;
            postmarkDay?: string;
            /** @description Codice della raccomandata */
            raccomandata?: string;
            /** @description Timbro illeggibile o assente */
            unreadable?: boolean;
        };
        ApplicationView: {
            annulled?: boolean;
            /** @description es. 0000012/2026, n. 1/2026 R.E. 1/2026 */
            cited?: string;
            /** @description La lettera è stata chiusa senza numero */
            closed?: boolean;
            /** Format: int64 */
            competitionID: number;
            facts: components["schemas"]["ApplicationFacts"];
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakeID?: number;
            /** Format: int64 */
            noteID?: number;
            number?: string;
            /** Format: int64 */
            numberYear?: number;
            /** Format: date-time */
            savedAt: string;
            savedBy: string;
            /** Format: int64 */
            seq: number;
            struck?: string;
            /** @description Altre domande dello stesso candidato */
            twins?: number[] | null;
            /** Format: int64 */
            version: number;
        };
        ArchiveView: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            bytes: number;
            current: boolean;
            /** Format: date-time */
            delivered?: string;
            editions: components["schemas"]["EditionView"][] | null;
            files?: components["schemas"]["KeptFileView"][] | null;
            flavour: string;
            sha256: string;
            text: components["schemas"]["TextView"];
        };
        ArrangeInputBody: {
            documents: components["schemas"]["PageOrder"][] | null;
        };
        AskAgainInputBody: {
            /** @description Che cosa è stato corretto */
            reason: string;
        };
        Attachment: {
            description: string;
            /** Format: int64 */
            pages?: number;
        };
        AttachmentInputBody: {
            /**
             * Format: int64
             * @description La pagina con cui comincia l'allegato
             */
            page: number;
        };
        AttemptView: {
            connector: string;
            /** Format: int64 */
            ordinal: number;
            outcome: string;
            /** Format: date-time */
            settledAt?: string;
            /** Format: date-time */
            startedAt: string;
            words?: string;
        };
        AuthoriseInputBody: {
            actDay?: string;
            actNumber?: string;
            cause: string;
            /** Format: date-time */
            interruptedAt?: string;
            password?: string;
            /**
             * Format: date-time
             * @description Interruzione programmata (002 art. 74.1)
             */
            plannedFrom?: string;
            /** Format: date-time */
            plannedUntil?: string;
            /**
             * @description In quale veste firma
             * @enum {string}
             */
            signer: "responsabile" | "vicario";
            user?: string;
        };
        Batch: {
            aoo: string;
            /** Format: int64 */
            backsOf?: number;
            desk: string;
            /** Format: date-time */
            endedAt?: string;
            fault?: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            selected?: number;
            source: string;
            /** Format: date-time */
            startedAt: string;
            startedBy: string;
            state: string;
            twoSided?: boolean;
        };
        BidDescription: {
            address?: string;
            /** @description Scritte e segni sulla busta */
            marks?: string;
            means: string;
            seal: string;
            sender?: string;
            /** Format: int64 */
            tenderID?: number;
        };
        BidDetails: {
            classifica?: string;
            fascicolo?: string;
            subject?: string;
            uor?: string;
        };
        BidEvent: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            bidID: number;
            by: string;
            /** Format: int64 */
            id: number;
            /** @enum {string} */
            kind: "withdrawn" | "replaced" | "opened" | "returned" | "custody" | "note";
            note?: string;
            /**
             * Format: int64
             * @description Il plico che sostituisce
             */
            otherID?: number;
            /** @description Chi ha ritirato, sostituito, aperto o riavuto il plico */
            person?: string;
            /** @description La firma è sulla carta */
            signed?: boolean;
        };
        BidEventInputBody: {
            key: string;
            /** @enum {string} */
            kind: "withdrawn" | "replaced" | "opened" | "returned" | "custody" | "note";
            note?: string;
            /** Format: int64 */
            otherID?: number;
            person?: string;
            signed?: boolean;
        };
        BidPolicy: {
            /**
             * Format: int64
             * @description Minuti prima della seduta da cui un avviso dice che plichi arrivati in tempo non sono consegnati; 0: 60
             */
            dueBeforeMinutes?: number;
        };
        BidPrint: {
            condition?: string;
            /** @enum {string} */
            state: "queued" | "printed" | "unknown" | "failed";
        };
        BidSheet: {
            /** Format: date-time */
            at: string;
            /** @description Foglio n., come 3/2026 */
            code: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            rows: number;
            /** Format: int64 */
            seq: number;
            /** @description Le righe già trascritte */
            typed: number[] | null;
            /** Format: int64 */
            year: number;
        };
        BidTransfer: {
            aoo: string;
            /** Format: date-time */
            at: string;
            by: string;
            from: string;
            given?: components["schemas"]["TransferConfirm"];
            /** Format: int64 */
            id: number;
            items?: components["schemas"]["BidTransferItem"][] | null;
            place: string;
            /** Format: int64 */
            seq: number;
            taken?: components["schemas"]["TransferConfirm"];
            /** Format: int64 */
            tenderID: number;
            to: string;
            /** Format: int64 */
            year: number;
        };
        BidTransferItem: {
            /** Format: int64 */
            bidID: number;
            /** @enum {string} */
            seal: "integro" | "danneggiato" | "aperto" | "non-sigillato" | "risigillato";
        };
        BidView: {
            aoo: string;
            /** Format: date-time */
            at: string;
            /** @description Plico n. */
            code: string;
            custody: components["schemas"]["BidTransfer"][] | null;
            description?: components["schemas"]["BidDescription"];
            /** @description es. n. 2/2026 R.E. 1/2026 */
            emergency?: string;
            events: components["schemas"]["BidEvent"][] | null;
            /**
             * @description Che cosa impedisce di chiudere la gara
             * @enum {string}
             */
            gap?: "unconfirmed" | "other-hands" | "undelivered" | "not-described";
            handover: components["schemas"]["HandoverView"];
            /** @description Chi lo ha in custodia */
            holder: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakeID?: number;
            /** Format: int64 */
            labels: number;
            /** @enum {string} */
            lateness?: "" | "entro" | "nel-minuto" | "oltre";
            number?: string;
            /** Format: int64 */
            numberYear?: number;
            /** Format: int64 */
            of: number;
            /** Format: int64 */
            ordinal: number;
            /** Format: int64 */
            seq: number;
            /** @description La marca temporale sui dati della ricezione */
            stamp?: components["schemas"]["Stamp"];
            /** Format: int64 */
            version: number;
            /** Format: int64 */
            year: number;
        };
        Body: {
            /** @description Codice IPA dell'amministrazione, es. c_a000 */
            code: string;
            /** @description Denominazione */
            name: string;
            /** @description Denominazione breve, stampata in etichetta */
            shortName: string;
        };
        Box: {
            /** Format: int64 */
            x0: number;
            /** Format: int64 */
            x1: number;
            /** Format: int64 */
            y0: number;
            /** Format: int64 */
            y1: number;
        };
        Candidate: {
            /** @description es. n. 2/2026 R.E. 1/2026 */
            emergency?: string;
            facets: components["schemas"]["Facets"];
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            intakeID: number;
            number: string;
            ordinary?: components["schemas"]["OrdinaryNumber"];
            /** Format: int64 */
            registrationID: number;
            subject: string;
            /** @description Va fatta prima delle altre */
            urgent?: boolean;
            /** Format: int64 */
            year: number;
        };
        ChangeRoadCommand: {
            /** @description Per tornare alla chiamata: nessuna riga senza numero è stata digitata sul protocollo centrale */
            nothingTyped?: boolean;
            reason: string;
            /** @enum {string} */
            road: "chiamata" | "foglio";
        };
        Circumstance: {
            /** Format: int64 */
            count?: number;
            /** @enum {string} */
            kind: "digitale-dopo-cartaceo" | "uno-di-piu" | "aperto-per-errore";
            /** Format: int64 */
            of?: number;
            /**
             * Format: int64
             * @description x di n
             */
            order?: number;
        };
        CitedEntry: {
            code: string;
            /** @description Il manuale il cui elenco era in vigore */
            manual: string;
            /** @description L'articolo o l'atto */
            source: string;
            /** Format: int64 */
            version: number;
            words: string;
        };
        Classifica: {
            code: string;
            name: string;
            title: string;
        };
        Classifiche: {
            classifiche: components["schemas"]["Classifica"][] | null;
        };
        ClockInputBody: {
            reason: string;
        };
        ClockProof: {
            /** Format: int64 */
            age?: number;
            /** Format: date-time */
            measuredAt?: string;
            /** Format: int64 */
            offset?: number;
            /** Format: int64 */
            servers?: number;
            /** @enum {string} */
            state: "verified" | "stale" | "stepped" | "contradicted" | "unverified";
            /** Format: int64 */
            step?: number;
            /** Format: int64 */
            uncertainty?: number;
        };
        CloseEmergencyInputBody: {
            /**
             * Format: date-time
             * @description Se chiuso prima, su carta
             */
            closedAt?: string;
            password?: string;
            /**
             * Format: date-time
             * @description Data e ora del ripristino
             */
            restoredAt: string;
            /**
             * @description In quale veste firma
             * @enum {string}
             */
            signer: "responsabile" | "vicario";
            user?: string;
        };
        CloseNoteInputBody: {
            key: string;
        };
        CloseRefusedInputBody: {
            reason: string;
            /**
             * Format: int64
             * @description La registrazione al suo posto
             */
            registrationID?: number;
        };
        ClosingView: {
            /** Format: date-time */
            at: string;
            by: string;
            /** @description La registrazione al suo posto */
            instead?: components["schemas"]["Candidate"];
            reason: string;
            /** Format: int64 */
            registrationID?: number;
        };
        Competition: {
            aoo: string;
            /** Format: int64 */
            applications: number;
            /** Format: date-time */
            enteredAt: string;
            enteredBy: string;
            /** Format: int64 */
            id: number;
            terms: components["schemas"]["CompetitionTerms"];
            /** Format: int64 */
            unnumbered: number;
            /** Format: int64 */
            version: number;
            /** Format: int64 */
            waiting: number;
        };
        CompetitionInputBody: {
            classifica?: string;
            /** Format: date-time */
            closesAt: string;
            fascicolo?: string;
            key: string;
            /** @enum {string} */
            kind: "concorso" | "borsa" | "corso";
            /** @enum {string} */
            mode: "nota" | "numero";
            /** @description Bando */
            notice: string;
            /** @description Per le domande spedite fa fede il timbro postale */
            postmark?: boolean;
            /** @description Responsabile del procedimento */
            responsible: string;
            /** @description Ufficio competente */
            uor?: string;
        };
        CompetitionLetter: {
            annulled?: boolean;
            /** @description es. 0000012/2026, n. 1/2026 R.E. 1/2026 */
            cited?: string;
            /** @description La lettera è stata chiusa senza numero */
            closed?: boolean;
            number?: string;
            /** Format: int64 */
            numberYear?: number;
        };
        CompetitionNote: {
            aoo: string;
            archived: boolean;
            /** Format: date-time */
            closedAt: string;
            closedBy: string;
            /** Format: int64 */
            competitionID: number;
            /** Format: int64 */
            count: number;
            day: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakeID?: number;
            /** Format: int64 */
            seq: number;
            sha256?: string;
        };
        CompetitionTerms: {
            classifica?: string;
            /** Format: date-time */
            closesAt: string;
            fascicolo?: string;
            /** @enum {string} */
            kind: "concorso" | "borsa" | "corso";
            /** @enum {string} */
            mode: "nota" | "numero";
            /** @description Bando */
            notice: string;
            /** @description Per le domande spedite fa fede il timbro postale */
            postmark?: boolean;
            /** @description Responsabile del procedimento */
            responsible: string;
            /** @description Ufficio competente */
            uor?: string;
        };
        CompetitionVersion: {
            /** Format: date-time */
            at: string;
            by: string;
            reason?: string;
            terms: components["schemas"]["CompetitionTerms"];
            /** Format: int64 */
            version: number;
        };
        CompetitionView: {
            aoo: string;
            applications: components["schemas"]["ApplicationView"][] | null;
            /** Format: date-time */
            enteredAt: string;
            enteredBy: string;
            /** Format: int64 */
            id: number;
            notes: components["schemas"]["NoteView"][] | null;
            terms: components["schemas"]["CompetitionTerms"];
            /** Format: int64 */
            unnumbered: number;
            /** Format: int64 */
            version: number;
            versions: components["schemas"]["CompetitionVersion"][] | null;
            /** Format: int64 */
            waiting: number;
        };
        ConfirmInputBody: {
            /** @description Le pagine segnalate, confermate una per una */
            pages?: number[] | null;
        };
        CorrectedLetter: {
            left?: components["schemas"]["Problem"];
            /** @description L'etichetta della minuta, in partenza */
            minuta?: components["schemas"]["Print"];
            print?: components["schemas"]["Print"];
            printProblem?: components["schemas"]["Problem"];
            record: components["schemas"]["RecordView"];
        };
        CorrectionAnswerBody: {
            actDay?: string;
            actNumber?: string;
            /** @enum {string} */
            choice: "authorise" | "refuse" | "withdraw" | "again" | "done" | "abandon";
            /** @description Perché, o che cosa è stato fatto o visto sul protocollo */
            reason?: string;
        };
        CorrectionAskBody: {
            actDay?: string;
            actNumber?: string;
            /**
             * Format: int64
             * @description Il rinvio a cui risponde
             */
            answersID?: number;
            /** @description Il Responsabile autorizza con la richiesta stessa */
            authorise?: boolean;
            /** @enum {string} */
            cause?: "mistake" | "wrong-recipient" | "twice";
            key: string;
            /** @enum {string} */
            kind: "fields" | "annulment" | "return";
            /**
             * Format: int64
             * @description La registrazione collegata al caso
             */
            linkedID?: number;
            reason?: string;
            /** @description I valori giusti, per campo */
            values?: {
                [key: string]: components["schemas"]["FieldValue"];
            };
        };
        CorrectionDecision: {
            actDay?: string;
            actNumber?: string;
            /** Format: date-time */
            at: string;
            by: string;
            /** @enum {string} */
            choice: "authorised" | "refused" | "withdrawn" | "answered";
            reason?: string;
        };
        CorrectionPolicy: {
            /** @description Provvedimento anche per la rettifica di un solo dato obbligatorio */
            actForFields?: boolean;
            /** @description Un errore in un dato obbligatorio annulla l'intera registrazione */
            wholeOnly?: boolean;
        };
        Corrections: {
            corrections: components["schemas"]["CorrectionView"][] | null;
        };
        CorrectionView: {
            /** Format: int64 */
            answersID?: number;
            /** Format: date-time */
            at: string;
            by: string;
            /** @enum {string} */
            cause: "mistake" | "wrong-recipient" | "twice";
            changes: components["schemas"]["FieldChange"][] | null;
            choices: ("authorise" | "refuse" | "withdraw" | "again" | "done" | "abandon")[] | null;
            /** @description Data della registrazione */
            day: string;
            decision?: components["schemas"]["CorrectionDecision"];
            /** Format: int64 */
            id: number;
            /** @enum {string} */
            kind: "fields" | "annulment" | "return";
            /** @description La registrazione collegata, se chi legge la vede */
            linked?: components["schemas"]["Candidate"];
            /** Format: int64 */
            linkedID?: number;
            of: components["schemas"]["Candidate"];
            /** Format: date-time */
            outcomeAt?: string;
            outcomeBy?: string;
            reason: string;
            /** Format: int64 */
            registrationID: number;
            /**
             * @description Chi la esegue: la stazione, il centro per chiamata, una persona sul protocollo centrale
             * @enum {string}
             */
            road: "here" | "call" | "by-hand";
            /** @enum {string} */
            state: "asked" | "withdrawn" | "refused" | "answered" | "requested" | "unknown" | "rejected" | "by-hand" | "done" | "abandoned" | "moot";
            /** @description Le parole del sistema centrale, o di chi lo ha fatto a mano */
            words?: string;
        };
        CorrectRefusedInputBody: {
            /** Format: int64 */
            attempt: number;
            draft: components["schemas"]["Draft"];
            print?: boolean;
            printer?: string;
        };
        Correspondent: {
            address?: string;
            /** @description Codice fiscale, partita IVA o codice IPA */
            code?: string;
            email?: string;
            name: string;
            /** @description Codice della raccomandata, per un destinatario in partenza */
            raccomandata?: string;
            /** @description Campi variabili del testo, per questo destinatario (art. 58.3) */
            variable?: string;
        };
        Correspondents: {
            correspondents: components["schemas"]["Correspondent"][] | null;
        };
        Counts: {
            /** Format: int64 */
            corrections: number;
            /** Format: int64 */
            deliveriesStopped: number;
            /** Format: int64 */
            exceptions: number;
            /** Format: int64 */
            instants: number;
            /** Format: int64 */
            labelsToPrint: number;
            /** Format: int64 */
            outcomesUnknown: number;
            /** Format: int64 */
            postponed: number;
            /** Format: int64 */
            printsUnknown: number;
            /** Format: int64 */
            refused: number;
            /** Format: int64 */
            registeredToday: number;
            /** Format: int64 */
            toConfirm: number;
            /** Format: int64 */
            toDeliver: number;
            /** Format: int64 */
            toScan: number;
            /** Format: int64 */
            withoutNumber: number;
        };
        CreateAccountInputBody: {
            disabled?: boolean;
            /** @description Cinque password errate */
            readonly locked?: boolean;
            name: string;
            /** @description Vede i riservati (R11.2) */
            namedForConfidential?: boolean;
            password: string;
            /** Format: date-time */
            readonly passwordSetAt?: string;
            roles: ("amministratore" | "responsabile" | "operatore" | "consultazione" | "gare" | "concorsi")[] | null;
            uor?: string;
            user: string;
        };
        CsvInputBody: {
            csv: string;
        };
        DailyCopy: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            bytes: number;
            day: string;
            fileName: string;
            /** Format: int64 */
            id: number;
            mediaType: string;
            sha256: string;
        };
        DailyFile: {
            /** Format: int64 */
            bytes: number;
            sha256: string;
        };
        DailyRegister: {
            /** Format: int64 */
            annulments: number;
            aoo: string;
            csv: components["schemas"]["DailyFile"];
            day: string;
            /** Format: int64 */
            emergency: number;
            journal: components["schemas"]["JournalHead"];
            /** Format: int64 */
            late: number;
            /** Format: date-time */
            madeAt: string;
            pdf: components["schemas"]["DailyFile"];
            /** Format: int64 */
            registrations: number;
            signed?: components["schemas"]["DailyCopy"][] | null;
            stamp?: components["schemas"]["Stamp"];
        };
        DayItem: {
            /** Format: date-time */
            at: string;
            by?: string;
            /** @description Di registrazione, o di arrivo dove manca il numero */
            day?: string;
            /** Format: int64 */
            documentID?: number;
            /** Format: int64 */
            exceptionID?: number;
            /** @description Ricezione n. */
            intakeCode?: string;
            kind?: string;
            of?: components["schemas"]["Candidate"];
            overdue?: boolean;
            reason?: string;
        };
        DayList: {
            items: components["schemas"]["DayItem"][] | null;
            /** Format: int64 */
            total: number;
        };
        DeclareInputBody: {
            /** Format: int64 */
            count: number;
            /** @description Perché l'istante è senza plico */
            reason?: string;
        };
        DeliverInsideInputBody: {
            key: string;
            /** @description Per la posta aperta: perché il Responsabile la fa consegnare con ricevuta */
            note?: string;
            /** @description A chi si consegna */
            person: string;
            uor?: string;
        };
        Delivery: {
            aoo: string;
            /** Format: date-time */
            closedAt?: string;
            declaredDay?: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakes: number;
            means?: string;
            /** Format: date-time */
            openedAt: string;
            openedBy: string;
            reason?: string;
        };
        DeliveryInputBody: {
            declaredDay?: string;
            means?: string;
            reason?: string;
        };
        DescribeInputBody: {
            address?: string;
            /** @description Scritte e segni sulla busta */
            marks?: string;
            means: string;
            reason?: string;
            seal: string;
            sender?: string;
            /** Format: int64 */
            tenderID?: number;
            /**
             * Format: int64
             * @description La versione vista; 0: nessuna
             */
            version: number;
        };
        Desk: {
            batches: components["schemas"]["StripBatch"][] | null;
            /** @description «Arrivo posta» aperto */
            delivery?: components["schemas"]["Delivery"];
            drafts: components["schemas"]["ParkedDraft"][] | null;
            exceptions: components["schemas"]["ExceptionView"][] | null;
            /** @description Etichette da stampare o di esito incerto */
            labels: components["schemas"]["PrintView"][] | null;
            status: components["schemas"]["Status"];
        };
        Difference: {
            here?: components["schemas"]["DifferenceSide"];
            intakeCode: string;
            /** Format: int64 */
            intakeID: number;
            /** @enum {string} */
            kind: "missing-there" | "missing-here" | "number" | "day" | "unsearched";
            there?: components["schemas"]["DifferenceSide"];
        };
        DifferenceSide: {
            day?: string;
            number?: string;
        };
        DiscardPageInputBody: {
            reason: string;
        };
        Document: {
            aoo: string;
            /** Format: int64 */
            batchID: number;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            part?: number;
            /** Format: int64 */
            registrationID?: number;
            state: string;
            superseded?: boolean;
            /** Format: int64 */
            version?: number;
        };
        DocumentView: {
            aoo: string;
            archive?: components["schemas"]["ArchiveView"];
            /** Format: int64 */
            batchID: number;
            /** Format: int64 */
            id: number;
            pageList: components["schemas"]["PageView"][] | null;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            part?: number;
            /** Format: int64 */
            registrationID?: number;
            scans?: components["schemas"]["ScanView"][] | null;
            scope?: components["schemas"]["ScopeView"];
            state: string;
            superseded?: boolean;
            /** Format: int64 */
            version?: number;
            why?: components["schemas"]["SupersededView"];
        };
        Draft: {
            anonymous?: boolean;
            arrivalDay?: string;
            arrivalDayReason?: string;
            atCounter?: boolean;
            attachments?: components["schemas"]["Attachment"][] | null;
            /**
             * Format: int64
             * @description Il plico di gara; lo scrive la postazione
             */
            readonly bidID?: number;
            circumstance?: components["schemas"]["Circumstance"];
            classifica?: string;
            /** @description Riservato */
            confidential?: boolean;
            /** @description Per conoscenza */
            copies?: components["schemas"]["Correspondent"][] | null;
            /** Format: int64 */
            declaredCount?: number;
            /** Format: int64 */
            deliveryID?: number;
            /** @enum {string} */
            direction: "A" | "P" | "I";
            /** @description Atto urgente autorizzato dal Responsabile: da chi e perché */
            emergencyGrounds?: string;
            emergencySheet?: components["schemas"]["EmergencySheetRow"];
            envelope?: string;
            /**
             * Format: int64
             * @description La ricezione senza numero con cui la busta arrivò chiusa
             */
            envelopeID?: number;
            /** @description Codice su altro portale */
            externalRef?: string;
            fascicolo?: string;
            fileDigest?: string;
            /** @description Collegamento ad altre registrazioni */
            link?: string;
            means?: string;
            note?: string;
            /** @description Luogo */
            place?: string;
            /**
             * @description Supporto rimovibile in arrivo: con che cosa è presentato (002 art. 18.2)
             * @enum {string}
             */
            presentation?: "" | "lettera" | "foglio";
            /** @description Procedimento, per il termine in ricevuta */
            procedure?: string;
            raccomandataCode?: string;
            recipients?: components["schemas"]["Correspondent"][] | null;
            /** @description Responsabile del procedimento amministrativo */
            rpa?: string;
            senderRef?: components["schemas"]["SenderReference"];
            senders?: components["schemas"]["Correspondent"][] | null;
            /**
             * @description Supporto rimovibile: esito della verifica della firma digitale
             * @enum {string}
             */
            signatureCheck?: "" | "valido" | "scaduto" | "revocato" | "sospeso" | "impossibile";
            subject: string;
            support?: string;
            unsigned?: boolean;
            /** @description Ufficio utente (UU) */
            uor?: string;
        };
        DraftInputBody: {
            draft: components["schemas"]["Draft"];
            parked?: boolean;
        };
        Duplicates: {
            duplicates: components["schemas"]["DuplicateView"][] | null;
        };
        DuplicateView: {
            /** @description es. n. 2/2026 R.E. 1/2026 */
            emergency?: string;
            facets: components["schemas"]["Facets"];
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            intakeID: number;
            number: string;
            ordinary?: components["schemas"]["OrdinaryNumber"];
            /** @enum {string} */
            reason: "sender-reference" | "raccomandata" | "digest";
            /** Format: int64 */
            registrationID: number;
            subject: string;
            /** @description Va fatta prima delle altre */
            urgent?: boolean;
            /** Format: int64 */
            year: number;
        };
        Edited: {
            documents: components["schemas"]["Document"][] | null;
            undo?: components["schemas"]["PageOrder"][] | null;
        };
        EditionView: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            bytes: number;
            flavour: string;
            /** Format: int64 */
            ordinal: number;
            sha256: string;
        };
        EmergencyAuthorisation: {
            actDay?: string;
            actNumber?: string;
            aoo: string;
            /** Format: date-time */
            at: string;
            by: string;
            cause: string;
            /** Format: int64 */
            id: number;
            /** Format: date-time */
            interruptedAt?: string;
            name: string;
            /** Format: date-time */
            plannedFrom?: string;
            /** Format: date-time */
            plannedUntil?: string;
            /** @enum {string} */
            signer: "responsabile" | "vicario";
        };
        EmergencyClosing: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: date-time */
            closedAt: string;
            /** Format: int64 */
            count: number;
            name: string;
            /** Format: int64 */
            openingID: number;
            /** Format: date-time */
            restoredAt?: string;
            /** @enum {string} */
            signer: "responsabile" | "vicario";
            yearEnd?: boolean;
        };
        EmergencyColumn: {
            constant?: string;
            /** @enum {string} */
            field: "" | "numero" | "data" | "verso" | "oggetto" | "mittente" | "destinatari" | "indirizzo" | "codice-interno" | "classifica" | "tipo-documento" | "tramite" | "protocollo" | "data-protocollo" | "codice-utente" | "data-legale" | "riga" | "registro" | "ufficio" | "manuale" | "annullato" | "aoo" | "inizio-blocco" | "fine-blocco" | "corrispondente" | "repertorio" | "rif-mittente" | "allegati" | "autorizzato" | "istante";
            title: string;
        };
        EmergencyDay: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            count: number;
            day: string;
            /** Format: int64 */
            openingID: number;
        };
        EmergencyExtension: {
            actDay?: string;
            actNumber?: string;
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: date-time */
            from: string;
            grounds: string;
            /** Format: int64 */
            id: number;
            name: string;
            /** Format: int64 */
            openingID: number;
            /** @enum {string} */
            signer: "responsabile" | "vicario";
            /** Format: date-time */
            until: string;
        };
        EmergencyLine: {
            Address: string;
            Annulled: boolean;
            /** Format: date-time */
            At: string;
            /** Format: int64 */
            Attachments: number;
            Authorised: string;
            Classifica: string;
            Direction: string;
            DocumentType: string;
            InternalCode: string;
            /** Format: int64 */
            line: number;
            Manual: boolean;
            Means: string;
            Number: string;
            OrdinaryDay: string;
            OrdinaryNumber: string;
            Recipients: string;
            Repertoire: string;
            Sender: string;
            SenderProtocol: string;
            /** Format: int64 */
            Sequence: number;
            Subject: string;
            UOR: string;
            UORName: string;
            UserCode: string;
        };
        EmergencyPolicy: {
            /**
             * @description em.valutazione
             * @enum {string}
             */
            assessment: "libera" | "caso" | "pregiudizio";
            /**
             * @description em.campi
             * @enum {string}
             */
            fields?: "" | "F-1" | "F-2" | "ordinario";
            /**
             * Format: int64
             * @description em.proroga_giorni
             */
            longestDays: number;
            /**
             * @description em.supporto
             * @enum {string}
             */
            medium: "carta" | "foglio" | "entrambi" | "scelta";
            /** Format: int64 */
            officeCloses: number;
            /** Format: int64 */
            officeOpens: number;
            /**
             * Format: int64
             * @description em.recupero_ore
             */
            recoveryHours: number;
            /**
             * @description em.recupero
             * @enum {string}
             */
            road?: "" | "chiamata" | "foglio";
            /**
             * @description em.numerazione
             * @enum {string}
             */
            scheme: "apertura" | "anno" | "utente";
            /**
             * @description em.ambito
             * @enum {string}
             */
            scope: "tutti" | "autorizzati";
            /** @description em.stazione */
            stationCode?: string;
            /**
             * Format: int64
             * @description em.soglia_ore
             */
            thresholdHours: number;
        };
        EmergencyProfile: {
            manual: string;
            name: string;
            policy: components["schemas"]["EmergencyPolicy"];
        };
        EmergencyProfiles: {
            profiles: components["schemas"]["EmergencyProfile"][] | null;
        };
        EmergencyRegister: {
            /** Format: int64 */
            annulled: number;
            aoo: string;
            assessment?: string;
            /** Format: date-time */
            at: string;
            authorisation: components["schemas"]["EmergencyAuthorisation"];
            by: string;
            cause: string;
            closing?: components["schemas"]["EmergencyClosing"];
            code: string;
            /** Format: int64 */
            continues?: number;
            days?: components["schemas"]["EmergencyDay"][] | null;
            extensions?: components["schemas"]["EmergencyExtension"][] | null;
            /** Format: int64 */
            first: number;
            /** Format: int64 */
            id: number;
            /** Format: date-time */
            interruptedAt: string;
            name: string;
            /** Format: date-time */
            openedAt: string;
            /** Format: int64 */
            ordinal: number;
            policy: components["schemas"]["EmergencyPolicy"];
            /** Format: int64 */
            recovered: number;
            revocation?: components["schemas"]["EmergencyRevocation"];
            roads?: components["schemas"]["EmergencyRoadChange"][] | null;
            /** Format: int64 */
            rows: number;
            signatures?: components["schemas"]["EmergencySignature"][] | null;
            /** @enum {string} */
            signer: "responsabile" | "vicario";
            userCode?: string;
            /** Format: int64 */
            year: number;
        };
        EmergencyRegisters: {
            registers: components["schemas"]["EmergencyRegister"][] | null;
        };
        EmergencyRevocation: {
            actDay?: string;
            actNumber?: string;
            /** Format: date-time */
            at: string;
            by: string;
            name: string;
            /** Format: int64 */
            openingID: number;
            /** @enum {string} */
            signer: "responsabile" | "vicario";
        };
        EmergencyRoadChange: {
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
            /** @enum {string} */
            road: "chiamata" | "foglio";
        };
        EmergencyRows: {
            rows: components["schemas"]["EmergencyRowView"][] | null;
        };
        EmergencyRowView: {
            annulled?: boolean;
            asked?: string;
            authorised?: string;
            /** @description La data legale */
            day: string;
            /** @description Mittente o destinatario */
            from?: string;
            /** Format: int64 */
            intakeID?: number;
            label?: string;
            manual?: boolean;
            number: string;
            ordinary?: components["schemas"]["OrdinaryNumber"];
            /** Format: date-time */
            registeredAt?: string;
            /** Format: int64 */
            registrationID?: number;
            /** Format: int64 */
            row: number;
            subject?: string;
            /** @description Le parole del sistema centrale */
            words?: string;
        };
        EmergencySheetRow: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            row: number;
        };
        EmergencySignature: {
            /** Format: int64 */
            actID: number;
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            bytes: number;
            fileName: string;
            /** Format: int64 */
            id: number;
            /** @enum {string} */
            kind: "authorisation" | "opening" | "extension" | "closing" | "revocation";
            mediaType: string;
            replaced?: components["schemas"]["SignatureReplacement"];
            sha256: string;
        };
        EmergencyState: {
            authorisations: components["schemas"]["EmergencyAuthorisation"][] | null;
            /** @description I numeri li dà un altro sistema, a cui la stazione li chiede */
            elsewhere?: boolean;
            open?: components["schemas"]["EmergencyRegister"];
            policy: components["schemas"]["EmergencyPolicy"];
            recovery?: components["schemas"]["RecoveryProgress"];
            /** @description Dopo un ripristino la prima apertura dice a quale registro e numero sono le carte */
            restored?: boolean;
            unsigned: components["schemas"]["UnsignedAct"][] | null;
            warnings: components["schemas"]["EmergencyWarning"][] | null;
            years?: components["schemas"]["EmergencyYears"];
        };
        EmergencyWaiting: {
            records: components["schemas"]["RecordView"][] | null;
        };
        EmergencyWarning: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            code: "emergency-12h" | "emergency-last-hour" | "emergency-expired" | "emergency-recovery" | "emergency-not-revoked" | "emergency-signature";
            /** Format: int64 */
            count?: number;
            /** Format: int64 */
            openingID: number;
            register: string;
        };
        EmergencyYear: {
            aoo: string;
            /** Format: date-time */
            at: string;
            by: string;
            /** @enum {string} */
            fields: "F-1" | "F-2" | "ordinario";
            inUse?: boolean;
            /** @description Dove sono le pagine di carta */
            keptAt?: string;
            /** @enum {string} */
            medium: "carta" | "foglio" | "entrambi";
            reason?: string;
            /** @enum {string} */
            scheme: "anno" | "utente";
            /** Format: int64 */
            year: number;
        };
        EmergencyYears: {
            next?: components["schemas"]["EmergencyYear"];
            this?: components["schemas"]["EmergencyYear"];
            /** Format: int64 */
            wanted?: number;
        };
        EndDeliveryInputBody: {
            note?: string;
            /** @enum {string} */
            outcome: "firmata" | "non-consegnata";
            /** @description Chi ha firmato la copia */
            person?: string;
        };
        EndOfDay: {
            byHand: components["schemas"]["DayList"];
            clear: boolean;
            competitions: components["schemas"]["OpenCompetition"][] | null;
            day: string;
            /** @enum {string} */
            duty: "subito" | "differibile" | "eventuale";
            elsewhere: components["schemas"]["OpenElsewhere"];
            excluded: components["schemas"]["DayList"];
            goingBack: components["schemas"]["DayList"];
            inside: components["schemas"]["DayList"];
            postponed: components["schemas"]["DayList"];
            /** Format: int64 */
            registered: number;
            toConfirm: components["schemas"]["DayList"];
            unanswered: components["schemas"]["DayList"];
            unfinished: components["schemas"]["DayList"];
            unjoined: components["schemas"]["DayList"];
            unnumbered: components["schemas"]["DayList"];
            unregistered: components["schemas"]["DayList"];
            unscanned: components["schemas"]["DayList"];
        };
        EnvelopeCommand: {
            draft: components["schemas"]["Draft"];
            /** @description La scritta sulla busta; vuota: quella che sta nell'oggetto o nella nota */
            formula?: string;
            /** @description Chiave della richiesta, creata quando si apre il modulo */
            key: string;
        };
        EnvelopeLegendInputBody: {
            printer?: string;
        };
        ErrorDetail: {
            /** @description Where the error occurred, e.g. 'body.items[3].tags' or 'path.thing-id' */
            location?: string;
            /** @description Error message text */
            message?: string;
            /** @description The value at the given location */
            value?: unknown;
        };
        ErrorModel: {
            /**
             * @description A human-readable explanation specific to this occurrence of the problem.
             * @example Property foo is required but is missing.
             */
            detail?: string;
            /** @description Optional list of individual error details */
            errors?: components["schemas"]["ErrorDetail"][] | null;
            /**
             * Format: uri
             * @description A URI reference that identifies the specific occurrence of the problem.
             * @example https://example.com/error-log/abc123
             */
            instance?: string;
            /**
             * Format: int64
             * @description HTTP status code
             * @example 400
             */
            status?: number;
            /**
             * @description A short, human-readable summary of the problem type. This value should not change between occurrences of the error.
             * @example Bad Request
             */
            title?: string;
            /**
             * Format: uri
             * @description A URI reference to human-readable documentation for the error.
             * @default about:blank
             * @example https://example.com/errors/example
             */
            type: string;
        };
        ExceptionDetail: {
            code?: string;
            crop?: components["schemas"]["Box"];
            /** Format: int64 */
            declared?: number;
            file?: string;
            /** Format: int64 */
            found?: number;
            /** Format: int64 */
            limit?: number;
            message?: string;
            paper?: string;
            registrations?: number[] | null;
            /** @enum {string} */
            unit?: "pagine" | "fogli" | "allegati";
            why?: string;
        };
        Exceptions: {
            exceptions: components["schemas"]["ExceptionView"][] | null;
        };
        ExceptionView: {
            /** Format: int64 */
            allSheets?: number;
            aoo: string;
            /** Format: int64 */
            batchID?: number;
            candidates?: components["schemas"]["Candidate"][] | null;
            choice?: string;
            choices: string[] | null;
            detail: components["schemas"]["ExceptionDetail"];
            /** Format: int64 */
            documentID: number;
            exclusions?: components["schemas"]["Exclusion"][] | null;
            frontispieces?: components["schemas"]["Frontispiece"][] | null;
            /** Format: int64 */
            id: number;
            kind: string;
            note?: string;
            /** Format: date-time */
            openedAt: string;
            /** Format: int64 */
            pageID?: number;
            /** Format: int64 */
            pages: number;
            reason?: string;
            /** Format: int64 */
            sheets?: number;
            /** Format: date-time */
            solvedAt?: string;
            solvedBy?: string;
            temporary?: components["schemas"]["TemporaryLetter"];
            /** Format: int64 */
            version: number;
        };
        ExchangeInputBody: {
            actDay?: string;
            /** @description Estremi del provvedimento, se c'è */
            actNumber?: string;
            key: string;
            reason: string;
            /**
             * Format: int64
             * @description L'altra registrazione
             */
            with: number;
        };
        ExcludeRegistrationInputBody: {
            /** @description Dal catalogo delle esclusioni */
            code: string;
            /** @description Nata con il modulo: ripetere la richiesta è innocuo */
            key: string;
            /** @enum {string} */
            notePart?: "documento" | "allegato" | "allegati";
            reason?: string;
            /** @description Responsabile del procedimento che lo chiede */
            responsible?: string;
            /** Format: int64 */
            sheets?: number;
        };
        Exclusion: {
            code: string;
            namesResponsible: boolean;
            /** @enum {string} */
            note: "mai" | "dovuta" | "se-cartaceo";
            source: string;
            words: string;
        };
        ExclusionBody: {
            /** @description Dal catalogo delle esclusioni */
            code: string;
            /** @enum {string} */
            notePart?: "documento" | "allegato" | "allegati";
            reason?: string;
            /** @description Responsabile del procedimento che lo chiede */
            responsible?: string;
            /** Format: int64 */
            sheets?: number;
        };
        Expected: {
            expected: components["schemas"]["Candidate"][] | null;
        };
        ExtendCommand: {
            actDay?: string;
            actNumber?: string;
            /** Format: date-time */
            from?: string;
            /** @description Cause di eccezionale gravità */
            grounds: string;
            /** Format: date-time */
            until: string;
        };
        ExtendEmergencyInputBody: {
            actDay?: string;
            actNumber?: string;
            /** Format: date-time */
            from?: string;
            /** @description Cause di eccezionale gravità */
            grounds: string;
            password?: string;
            /**
             * @description In quale veste firma
             * @enum {string}
             */
            signer: "responsabile" | "vicario";
            /** Format: date-time */
            until: string;
            user?: string;
        };
        Facets: {
            annulled: boolean;
            archived: boolean;
            captured: boolean;
            delivered: boolean;
            excluded?: boolean;
            labelled: boolean;
            numbered: boolean;
        };
        FieldChange: {
            /** @enum {string} */
            field: "subject" | "senders" | "recipients" | "senderRef" | "classifica" | "fascicolo" | "uor" | "rpa" | "note";
            new: components["schemas"]["FieldValue"];
            old: components["schemas"]["FieldValue"];
        };
        FieldValue: {
            day?: string;
            people?: components["schemas"]["Correspondent"][] | null;
            text?: string;
        };
        Flag: {
            /** @enum {string} */
            code: "blank" | "skew" | "low-contrast" | "cut-edge" | "upside-down" | "sideways" | "unreadable" | "missing-page";
            /** Format: double */
            figure: number;
            /** Format: double */
            limit: number;
            why?: string;
        };
        FolderTrouble: {
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            fault: "truncated" | "bad-data" | "unsupported" | "encrypted" | "signed" | "active" | "device" | "offline";
            file: string;
        };
        FolderView: {
            id: string;
            name: string;
            troubles: components["schemas"]["FolderTrouble"][] | null;
        };
        FoundScanner: {
            /** @description L'indirizzo in rete o il nome che le dà SANE */
            address: string;
            /** @description Come è già nelle impostazioni; vuoto: non c'è */
            configured?: string;
            duplex?: boolean;
            feeder?: boolean;
            /** @description Che cosa ne dice SANE */
            kind?: string;
            name: string;
            platen?: boolean;
            /** @description Le righe per il file delle impostazioni */
            settings: string;
        };
        FoundScanners: {
            /** @description Il file delle impostazioni di questa macchina */
            file: string;
            found: components["schemas"]["FoundScanner"][] | null;
        };
        FreezeInputBody: {
            /** @description Chiave della pressione: ripetuta, dà lo stesso istante */
            key: string;
        };
        Frontispiece: {
            code: string;
            source: string;
            words: string;
        };
        FrontispieceInputBody: {
            /** @description planimetria o volume */
            kind: string;
            /** @enum {string} */
            notePart?: "documento" | "allegato" | "allegati";
            /** Format: int64 */
            sheets?: number;
        };
        HandoverAnnotated: {
            /** Format: date-time */
            at: string;
            by: string;
            note: string;
        };
        HandoverDeclared: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            count: number;
            name: string;
            reason?: string;
        };
        HandoverSheet: {
            /**
             * Format: date-time
             * @description L'istante scritto a mano
             */
            at: string;
            /** @description Chi ha firmato la riga */
            by: string;
            /** Format: int64 */
            row: number;
            /** @description Foglio n. */
            sheet?: string;
        };
        HandoverView: {
            annotations: components["schemas"]["HandoverAnnotated"][] | null;
            aoo: string;
            /** Format: date-time */
            at: string;
            by?: string;
            /** Format: date-time */
            clockAt: string;
            /** @description Consegna n. */
            code: string;
            contested?: boolean;
            declared?: components["schemas"]["HandoverDeclared"];
            desk: string;
            /** Format: int64 */
            id: number;
            /** @description Il timbro è completo solo con un'annotazione a mano */
            needsAnnotation?: boolean;
            proof: components["schemas"]["ClockProof"];
            /** Format: date-time */
            receivedAt: string;
            /** Format: int64 */
            seq: number;
            sheet?: components["schemas"]["HandoverSheet"];
            /** Format: int64 */
            year: number;
        };
        Health: {
            connector: string;
            held?: boolean;
            /** @description I numeri si leggono su un altro schermo */
            keyed?: boolean;
            /** Format: date-time */
            since?: string;
            /** @enum {string} */
            state: "untried" | "answering" | "away" | "doubtful";
        };
        History: {
            entries: components["schemas"]["HistoryEntry"][] | null;
        };
        HistoryEntry: {
            actor: string;
            /** Format: date-time */
            at: string;
            detail?: unknown;
            hash: string;
            /** Format: int64 */
            intakeID?: number;
            kind: string;
            /** @description Nel giornale: il numero della lettera, o la ricezione se non ne ha */
            letter?: string;
            /** Format: int64 */
            seq: number;
        };
        Imported: {
            /** Format: int64 */
            added: number;
        };
        InputView: {
            colorModes?: string[] | null;
            duplex?: boolean;
            input: string;
            pageSizes?: string[] | null;
            resolutions?: number[] | null;
        };
        InternalDelivery: {
            /** Format: date-time */
            at: string;
            by: string;
            end?: components["schemas"]["InternalDeliveryEnd"];
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakeID: number;
            note?: string;
            person: string;
            uor?: string;
        };
        InternalDeliveryEnd: {
            /** Format: date-time */
            at: string;
            by: string;
            note?: string;
            /** @enum {string} */
            outcome: "firmata" | "non-consegnata";
            person?: string;
        };
        JournalHead: {
            hash: string;
            /** Format: int64 */
            seq: number;
        };
        KeptFileView: {
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            edition: number;
            /** Format: int64 */
            id: number;
            kind: string;
            mediaType: string;
            name: string;
            /** Format: int64 */
            page?: number;
            sha256: string;
        };
        KeyedNoteInputBody: {
            key: string;
            note: string;
        };
        KeyInputBody: {
            /** @description Chiave della richiesta: ripetuta, dà la stessa versione */
            key: string;
        };
        KeyNumberInputBody: {
            /** @description Lo stesso numero, scritto una seconda volta */
            again: string;
            confirmed?: boolean;
            /** @description La data della registrazione sull'altro schermo */
            day: string;
            /** @description Il numero letto sull'altro schermo */
            number: string;
            print?: boolean;
            printer?: string;
        };
        Labels: {
            labels: components["schemas"]["PrintView"][] | null;
        };
        LabelSwitches: {
            aooName: boolean;
            classifica: boolean;
            fascicolo: boolean;
            /** @description Senza «Arrivo / Partenza / Interno» */
            hideDirection?: boolean;
            /** @description In partenza senza l'etichetta della minuta */
            noMinuta?: boolean;
            subject: boolean;
            time: boolean;
            uor: boolean;
        };
        LeftBehind: {
            code: string;
            /** Format: int64 */
            intakeID: number;
        };
        Legend: {
            code: string;
            /** @enum {string} */
            place: "documento" | "busta" | "oggetto" | "nota" | "registro" | "centro";
            /** @description L'articolo */
            source: string;
            text: string;
            when: string;
        };
        LegendInputBody: {
            /** @description Il codice del catalogo, es. L-3: mai un testo libero (R2.6) */
            code: string;
            printer?: string;
            /** @description L'etichetta intera, con la dicitura; altrimenti la dicitura da sola */
            segnatura?: boolean;
        };
        LegendList: {
            /** @description Le scritte sulla busta che resta chiusa */
            envelopeWords: string[] | null;
            legends: components["schemas"]["Legend"][] | null;
        };
        LegendVersion: {
            by: string;
            /** @description es. E-1 */
            code: string;
            /** @description Chi l'ha tolta o cambiata */
            ended?: string;
            /** Format: int64 */
            labels: number;
            /** Format: date-time */
            last?: string;
            /** Format: date-time */
            since: string;
            /** @description L'articolo o l'atto su cui si fonda */
            source: string;
            text: string;
            /** Format: date-time */
            until?: string;
            /**
             * Format: int64
             * @description La versione delle regole in cui la dicitura ha preso queste parole
             */
            version: number;
        };
        LegendVersions: {
            versions: components["schemas"]["LegendVersion"][] | null;
        };
        LetterLegends: {
            legends: components["schemas"]["Legend"][] | null;
        };
        Limit: {
            article: string;
            /** Format: int64 */
            max: number;
            unit: string;
        };
        LinkedLetter: {
            day: string;
            /** @enum {string} */
            direction: "A" | "P" | "I";
            /** @description es. n. 2/2026 R.E. 1/2026 */
            emergency?: string;
            facets: components["schemas"]["Facets"];
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            intakeID: number;
            number: string;
            ordinary?: components["schemas"]["OrdinaryNumber"];
            /** Format: int64 */
            registrationID: number;
            /** @description È l'uscita con cui si rispedisce */
            sendsOn?: boolean;
            subject: string;
            /** @description Va fatta prima delle altre */
            urgent?: boolean;
            /** Format: int64 */
            year: number;
        };
        LoginInputBody: {
            /** @description Nome della postazione */
            desk?: string;
            password: string;
            user: string;
        };
        Me: {
            aoo?: string;
            aooName?: string;
            bodyName?: string;
            /** @description Chi attribuirebbe i numeri, dalle impostazioni; solo prima della configurazione */
            connector?: string;
            desk?: string;
            locked?: boolean;
            loggedIn: boolean;
            may?: string[] | null;
            mustChange?: boolean;
            name?: string;
            /** @description La postazione non è ancora configurata */
            needsSetup: boolean;
            /** Format: date-time */
            now: string;
            pretendOfficeURL?: string;
            responsabileTitle?: string;
            roles?: string[] | null;
            trial?: boolean;
            user?: string;
            version: string;
        };
        MediaView: {
            /** Format: double */
            heightMM: number;
            /** @enum {string} */
            kind: "" | "die-cut" | "continuous";
            /** Format: double */
            widthMM: number;
        };
        MergeInputBody: {
            /**
             * Format: int64
             * @description Il documento a cui si aggiungono le pagine
             */
            into: number;
        };
        MisdeliveredCommand: {
            draft: components["schemas"]["Draft"];
            /** @description Chiave della richiesta, creata quando si apre il modulo */
            key: string;
        };
        MoveEmergencyInputBody: {
            /** @description Perché sono atti urgenti, dove si registrano solo quelli */
            grounds?: string;
            intakeIDs: number[] | null;
            password?: string;
            /** @description Chi decide, se non è chi ha la sessione */
            user?: string;
        };
        MoveInputBody: {
            /**
             * Format: int64
             * @description Il documento di arrivo; 0 = uno nuovo
             */
            document: number;
            /**
             * Format: int64
             * @description Il posto nel documento di arrivo, da 1
             */
            position: number;
        };
        MoveResult: {
            left: components["schemas"]["LeftBehind"][] | null;
            /** Format: int64 */
            moved: number;
        };
        NewAccount: {
            aoo: string;
            name: string;
            password: string;
            roles: string[] | null;
            uor?: string;
            user: string;
        };
        NoteInputBody: {
            note: string;
        };
        NoteView: {
            annulled?: boolean;
            aoo: string;
            archived: boolean;
            /** @description es. 0000012/2026, n. 1/2026 R.E. 1/2026 */
            cited?: string;
            /** @description La lettera è stata chiusa senza numero */
            closed?: boolean;
            /** Format: date-time */
            closedAt: string;
            closedBy: string;
            /** Format: int64 */
            competitionID: number;
            /** Format: int64 */
            count: number;
            day: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            intakeID?: number;
            number?: string;
            /** Format: int64 */
            numberYear?: number;
            /** Format: int64 */
            seq: number;
            sha256?: string;
        };
        ObscureInputBody: {
            actDay?: string;
            /** @description Estremi del provvedimento, se c'è */
            actNumber?: string;
            key: string;
            /** @description Le pagine del file archiviato, da 1; nessuna = tutte */
            pages: number[] | null;
            reason: string;
        };
        Offset: {
            /** Format: double */
            downMM: number;
            /** Format: double */
            rightMM: number;
        };
        Onward: {
            /** @description Lo autorizza un'altra persona */
            asks?: boolean;
            /**
             * @description Dove lo dirà: nell'oggetto, o nella nota dove un dato obbligatorio non si rettifica
             * @enum {string}
             */
            field?: "" | "subject" | "note";
            /** @enum {string} */
            road?: "" | "here" | "call" | "by-hand";
            /** @description Lo dice già */
            said?: boolean;
        };
        OpenCompetition: {
            /**
             * Format: int64
             * @description Domande senza nota e senza numero
             */
            applications: number;
            /** Format: int64 */
            id: number;
            /**
             * Format: int64
             * @description Note chiuse senza numero
             */
            notes: number;
            notice: string;
        };
        OpenElsewhere: {
            /**
             * Format: int64
             * @description Rettifiche e annullamenti autorizzati, non ancora fatti sul protocollo
             */
            corrections: number;
            /**
             * Format: int64
             * @description Registri di emergenza aperti
             */
            emergency: number;
            /**
             * Format: int64
             * @description Plichi descritti, di gara da individuare
             */
            unassigned: number;
            /**
             * Format: int64
             * @description Istanti senza modulo
             */
            undeclared: number;
            /**
             * Format: int64
             * @description Plichi senza i dati della busta
             */
            undescribed: number;
            /**
             * Format: int64
             * @description Atti di emergenza con la firma da acquisire
             */
            unsignedActs: number;
        };
        OpenEmergencyInputBody: {
            /** @description Estremi dell'autorizzazione, se ne ha */
            act?: components["schemas"]["WrittenAct"];
            assessment?: string;
            /** Format: int64 */
            authorisationID?: number;
            cause: string;
            extension?: components["schemas"]["ExtendCommand"];
            /** Format: int64 */
            first?: number;
            /** Format: date-time */
            interruptedAt: string;
            /** @enum {string} */
            medium?: "" | "carta" | "foglio" | "entrambi";
            move?: number[] | null;
            /** Format: date-time */
            openedAt?: string;
            /** Format: int64 */
            ordinal?: number;
            password?: string;
            /**
             * @description In quale veste firma
             * @enum {string}
             */
            signer: "responsabile" | "vicario";
            user?: string;
            userCode?: string;
        };
        OrdinaryNumber: {
            day: string;
            number: string;
            register: string;
            /** Format: int64 */
            year: number;
        };
        OutcomeCandidate: {
            /** @description Riservata sul protocollo */
            confidential?: boolean;
            day: string;
            from: string;
            number: string;
            register: string;
            /** Format: date-time */
            registeredAt?: string;
            subject: string;
            why: string[] | null;
            /** Format: int64 */
            year: number;
        };
        OutcomeCandidates: {
            candidates: components["schemas"]["OutcomeCandidate"][] | null;
        };
        OutcomeInputBody: {
            /** @description Lo stesso numero, scritto una seconda volta */
            again?: string;
            /** @enum {string} */
            choice: "look" | "candidate" | "keyed" | "absent";
            day?: string;
            /** @description Il numero dato dal centro, letto altrove */
            number?: string;
            reason?: string;
            register?: string;
        };
        Outcomes: {
            outcomes: components["schemas"]["OutcomeView"][] | null;
            /** Format: int64 */
            total: number;
        };
        OutcomeView: {
            /**
             * Format: date-time
             * @description Da quando il Responsabile può dire che non è arrivata
             */
            absentFrom: string;
            /** Format: date-time */
            arrivedAt: string;
            /** Format: date-time */
            askedAt: string;
            choices: ("look" | "candidate" | "keyed" | "absent")[] | null;
            connector: string;
            /** @description Mittente o destinatario */
            from: string;
            /** @description Ricezione n. */
            intakeCode: string;
            /** Format: int64 */
            intakeID: number;
            subject: string;
            /** @enum {string} */
            waits: "answer" | "search" | "person";
            /** @description Le parole del sistema centrale */
            words?: string;
        };
        Page: {
            back?: boolean;
            /** Format: int64 */
            batchID: number;
            /** Format: int64 */
            bytes: number;
            /** Format: int64 */
            documentID: number;
            erased?: boolean;
            /** Format: int64 */
            id: number;
            mediaType: string;
            name?: string;
            /** Format: int64 */
            seq: number;
            sha256: string;
            /** Format: int64 */
            sheet?: number;
            /** Format: date-time */
            takenAt: string;
            /** Format: int64 */
            turn?: number;
        };
        PageOrder: {
            /** Format: int64 */
            document: number;
            pages: number[] | null;
        };
        PageProfile: {
            a4: boolean;
            /** @enum {string} */
            duty: "subito" | "differibile" | "eventuale";
            exceptionAllowed: boolean;
            firstPageAllowed: boolean;
            frontispieceAllowed: boolean;
            incoming: components["schemas"]["Limit"];
            inside: components["schemas"]["Limit"];
            manual: string;
            name: string;
            outgoing: components["schemas"]["Limit"];
            smallerIsA4: boolean;
        };
        PageProfiles: {
            profiles: components["schemas"]["PageProfile"][] | null;
        };
        PageView: {
            back?: boolean;
            /** Format: int64 */
            batchID: number;
            /** Format: int64 */
            bytes: number;
            code?: string;
            /** Format: int64 */
            documentID: number;
            erased?: boolean;
            flags?: components["schemas"]["Flag"][] | null;
            /** Format: double */
            heightMM?: number;
            /** Format: int64 */
            id: number;
            mediaType: string;
            name?: string;
            paper?: string;
            /** Format: int64 */
            seq: number;
            sha256: string;
            /** Format: int64 */
            sheet?: number;
            /** Format: date-time */
            takenAt: string;
            /** Format: int64 */
            turn?: number;
            /** Format: double */
            widthMM?: number;
        };
        ParkedDraft: {
            draft: components["schemas"]["Draft"];
            key: string;
            /** @description Messa da parte con «Sportello» */
            parked: boolean;
            /** Format: date-time */
            savedAt: string;
        };
        PasswordInputBody: {
            new: string;
            old: string;
        };
        People: {
            names: {
                [key: string]: string;
            };
        };
        Policies: {
            aoo: string;
            bids?: components["schemas"]["BidPolicy"];
            corrections?: components["schemas"]["CorrectionPolicy"];
            emergency?: components["schemas"]["EmergencyPolicy"];
            /** @description Le colonne del modello altrui, come quello di «Recupero da Emergenza» */
            emergencyColumns?: components["schemas"]["EmergencyColumn"][] | null;
            label: components["schemas"]["LabelSwitches"];
            /** @description Diciture aggiunte al catalogo */
            legends?: components["schemas"]["AddedLegend"][] | null;
            pageProfile: string;
            /** @description Estremi della certificazione di processo */
            processCertificate?: string;
            registration?: components["schemas"]["RegistrationPolicy"];
            /** Format: date-time */
            setAt?: string;
            setBy?: string;
            temporary?: components["schemas"]["TemporaryPolicy"];
            terms?: components["schemas"]["ProcedureTerm"][] | null;
            /** Format: int64 */
            version: number;
        };
        Postponement: {
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
        };
        PostReturn: {
            /** Format: date-time */
            at: string;
            by: string;
        };
        PostReturnInputBody: {
            /** @description Le ricezioni riprese dalle Poste */
            intakes: number[] | null;
            key: string;
        };
        PrepareInputBody: {
            /** Format: int64 */
            count: number;
            key: string;
        };
        Print: {
            bitmapSHA256: string;
            condition?: string;
            /** Format: int64 */
            id: number;
            /** @description L'etichetta della minuta */
            minuta?: boolean;
            /** Format: int64 */
            ordinal: number;
            printer: string;
            /** Format: date-time */
            queuedAt: string;
            queuedBy: string;
            /** Format: int64 */
            registrationID: number;
            /** Format: int64 */
            reprintReason?: number;
            second?: boolean;
            /** Format: date-time */
            settledAt?: string;
            state: string;
        };
        PrintBidInputBody: {
            printer?: string;
            /**
             * Format: int64
             * @description 1 illeggibile, 2 inceppata, 3 smarrita
             */
            reason?: number;
        };
        PrinterProfile: {
            /** @description Perché un'etichetta ora non uscirebbe */
            blocks?: string;
            conditions: string[] | null;
            download?: boolean;
            /** Format: int64 */
            dpi?: number;
            /** @description Il linguaggio della stampante */
            family?: string;
            /** Format: double */
            heightMM: number;
            id: string;
            kept: components["schemas"]["PrinterSettings"];
            /** @description Che cosa la stampante dice di avere caricato */
            media?: components["schemas"]["MediaView"];
            name: string;
            /**
             * Format: int64
             * @description Quante etichette ha un foglio
             */
            places?: number;
            /** @description La disposizione delle etichette sul foglio A4 */
            sheet?: string;
            /** Format: double */
            widthMM: number;
        };
        PrinterProfiles: {
            printers: components["schemas"]["PrinterProfile"][] | null;
        };
        PrinterSettings: {
            /** Format: int64 */
            nextPlace?: number;
            offset?: components["schemas"]["Offset"];
        };
        PrinterView: {
            /** @description Perché un'etichetta ora non uscirebbe */
            blocks?: string;
            conditions: string[] | null;
            download?: boolean;
            /** Format: int64 */
            dpi?: number;
            /** @description Il linguaggio della stampante */
            family?: string;
            /** Format: double */
            heightMM: number;
            id: string;
            /** @description Che cosa la stampante dice di avere caricato */
            media?: components["schemas"]["MediaView"];
            name: string;
            /** @description La disposizione delle etichette sul foglio A4 */
            sheet?: string;
            /** Format: double */
            widthMM: number;
        };
        PrintInputBody: {
            /** @description L'etichetta della minuta; altrimenti quella dell'originale */
            minuta?: boolean;
            printer?: string;
            /**
             * Format: int64
             * @description 1 illeggibile, 2 inceppata, 3 smarrita
             */
            reason?: number;
        };
        PrintView: {
            bitmapSHA256: string;
            condition?: string;
            /** Format: int64 */
            id: number;
            /** @description L'etichetta della minuta */
            minuta?: boolean;
            of: components["schemas"]["Candidate"];
            /** Format: int64 */
            ordinal: number;
            printer: string;
            /** Format: date-time */
            queuedAt: string;
            queuedBy: string;
            /** Format: int64 */
            registrationID: number;
            /** Format: int64 */
            reprintReason?: number;
            second?: boolean;
            /** Format: date-time */
            settledAt?: string;
            state: string;
        };
        Problem: {
            class: string;
            code: string;
            detail?: string;
            field?: string;
            /** Format: int64 */
            status: number;
            /** @description Le parole dell'altro sistema, o chi ha già risolto */
            words?: string;
        };
        ProcedureTerm: {
            procedure: string;
            /** @description es. «30 giorni» o «silenzio assenso» */
            text: string;
        };
        Profiles: {
            profiles: components["schemas"]["ProfileView"][] | null;
        };
        ProfileView: {
            device?: string;
            deviceName?: string;
            /** Format: int64 */
            id?: number;
            /** @enum {string} */
            key?: "F8" | "Shift+F8" | "Ctrl+F8" | "Alt+F8";
            name: string;
            readonly scanner?: string;
            settings: components["schemas"]["ScanSettings"];
        };
        Progress: {
            /** Format: int64 */
            documentID: number;
            /** Format: int64 */
            page: number;
            /** Format: int64 */
            pages: number;
            /** @enum {string} */
            step: "archive" | "text";
        };
        ReasonInputBody: {
            reason: string;
        };
        Reception: {
            open: components["schemas"]["HandoverView"][] | null;
            recent: components["schemas"]["HandoverView"][] | null;
            /** @description Le gare aperte */
            tenders: components["schemas"]["Tender"][] | null;
            unassigned: components["schemas"]["BidView"][] | null;
        };
        RecipientFault: {
            column?: string;
            of?: components["schemas"]["Candidate"];
            /**
             * Format: int64
             * @description La riga del foglio, con l'intestazione come prima; 0: tutto l'elenco
             */
            row: number;
            value?: string;
            warning?: boolean;
            /** @enum {string} */
            why: "empty" | "too-long" | "fields" | "code-twice" | "code-known" | "twice" | "too-many";
        };
        RecipientList: {
            faults: components["schemas"]["RecipientFault"][] | null;
            recipients: components["schemas"]["Correspondent"][] | null;
        };
        Reconciliation: {
            /** Format: int64 */
            compared: number;
            day: string;
            differences: components["schemas"]["Difference"][] | null;
            /** Format: int64 */
            next?: number;
            /** Format: int64 */
            notComparable: number;
        };
        RecordView: {
            annulment?: components["schemas"]["Annulment"];
            arrivalDay: string;
            /** Format: date-time */
            arrivedAt: string;
            attempt?: string;
            attempts?: components["schemas"]["AttemptView"][] | null;
            /** @description «Chiudi senza numero» */
            closing?: components["schemas"]["ClosingView"];
            day?: string;
            documents?: components["schemas"]["DocumentView"][] | null;
            draft: components["schemas"]["Draft"];
            /** @description es. n. 2/2026 R.E. 1/2026 */
            emergency?: string;
            facets: components["schemas"]["Facets"];
            /** @enum {string} */
            held?: "" | "emergency-expired" | "emergency-scope";
            inside?: components["schemas"]["InternalDelivery"][] | null;
            /** @description Ricezione n. */
            intakeCode: string;
            /** Format: int64 */
            intakeID: number;
            /** @description Le registrazioni a cui appartiene, o che le appartengono */
            linked?: components["schemas"]["LinkedLetter"][] | null;
            number?: string;
            /** @description Se è per altri: come lo dirà */
            onward?: components["schemas"]["Onward"];
            operator: string;
            /**
             * @description Chi cambia i dati facoltativi, se lo si chiede
             * @enum {string}
             */
            optionalRoad?: "here" | "call" | "by-hand";
            ordinary?: components["schemas"]["OrdinaryNumber"];
            /** @description «Scansiona più tardi», finché non si scansiona */
            postponed?: components["schemas"]["Postponement"];
            prints?: components["schemas"]["Print"][] | null;
            /** Format: date-time */
            registeredAt?: string;
            /** Format: int64 */
            registrationID?: number;
            related?: number[] | null;
            /** Format: date-time */
            savedAt: string;
            segnatura?: string;
            /**
             * Format: date-time
             * @description Da quando si può stampare l'etichetta provvisoria
             */
            temporaryFrom?: string;
            unnumbered?: components["schemas"]["Unnumbered"];
            /** @description Va fatta prima delle altre */
            urgency?: components["schemas"]["Urgency"];
            /** @description Le parole del sistema centrale */
            words?: string;
            /** Format: int64 */
            year?: number;
        };
        RecoveryProgress: {
            /** Format: int64 */
            done: number;
            /** Format: int64 */
            of: number;
            /** Format: int64 */
            openingID: number;
        };
        RecoverySummary: {
            /** Format: int64 */
            annulled: number;
            /** Format: int64 */
            left: number;
            /** Format: int64 */
            recovered: number;
            /** Format: int64 */
            rejected: number;
            /** Format: int64 */
            unknown: number;
        };
        RegisterApplicationInputBody: {
            /** @description Ciò che le somiglia è stato guardato, ed è altro */
            different?: boolean;
        };
        Registered: {
            /** @description L'etichetta della minuta, in partenza */
            minuta?: components["schemas"]["Print"];
            print?: components["schemas"]["Print"];
            printProblem?: components["schemas"]["Problem"];
            record: components["schemas"]["RecordView"];
        };
        RegisterInputBody: {
            draft: components["schemas"]["Draft"];
            /** @enum {string} */
            duplicateChoice?: "diverso" | "originale-fax";
            /**
             * Format: int64
             * @description La ricezione a cui somiglia, se non ha ancora numero
             */
            duplicateIntake?: number;
            /** Format: int64 */
            duplicateOf?: number;
            key: string;
            /** @description La busta chiusa non è corrispondenza personale, anche se una parola lo fa pensare */
            notPersonal?: boolean;
            print?: boolean;
            printer?: string;
        };
        RegistrationPolicy: {
            added?: components["schemas"]["AddedUnregistered"][] | null;
            /** @description Le voci del manuale tolte dall'elenco */
            off?: string[] | null;
            profile?: string;
        };
        RegistrationProfile: {
            manual: string;
            name: string;
        };
        ReopenInputBody: {
            /**
             * Format: int64
             * @description La chiusura che si ritira
             */
            closingID: number;
            reason: string;
        };
        ReplaceSignedInputBody: {
            content: string;
            fileName: string;
            mediaType: string;
            reason: string;
        };
        ResetPasswordInputBody: {
            password: string;
        };
        ResolvePrintInputBody: {
            /** @description L'etichetta è uscita */
            printed: boolean;
        };
        RestoreConfirmation: {
            actDay: string;
            actNumber: string;
            aoo: string;
            /** @description Ultimo numero scritto sul registro di emergenza che nella copia è aperto */
            emergencyLast?: string;
            lastNumber: string;
        };
        RetryInputBody: {
            printer?: string;
        };
        RevokeEmergencyInputBody: {
            actDay?: string;
            actNumber?: string;
            password?: string;
            /**
             * @description In quale veste firma
             * @enum {string}
             */
            signer: "responsabile" | "vicario";
            user?: string;
        };
        RoadDoubt: {
            /** Format: int64 */
            intakeID: number;
            outcome: string;
            /** Format: int64 */
            registrationID: number;
            /** Format: int64 */
            row: number;
        };
        RoadState: {
            doubts: components["schemas"]["RoadDoubt"][] | null;
            elsewhere: boolean;
            past: components["schemas"]["EmergencyRoadChange"][] | null;
            /** @enum {string} */
            road: "chiamata" | "foglio";
        };
        ScanForecast: {
            /** Format: int64 */
            declared?: number;
            /** Format: int64 */
            limit?: number;
            manual?: string;
            /** @enum {string} */
            unit?: "pagine" | "fogli";
            within: boolean;
        };
        ScanInputBody: {
            /** Format: int64 */
            backsOf?: number;
            /** @enum {string} */
            colorMode?: "rgb" | "grey" | "binary";
            /** Format: int64 */
            continue?: number;
            duplex?: boolean;
            /** @enum {string} */
            input?: "feeder" | "platen";
            /** @enum {string} */
            pageSize?: "A4" | "A3" | "A5" | "max";
            /** Format: int64 */
            profile?: number;
            /** Format: int64 */
            replace?: number;
            /** Format: int64 */
            resolution?: number;
            /** @description Vuoto: il primo */
            scanner?: string;
            /** Format: int64 */
            selected?: number;
            twoSided?: boolean;
        };
        ScannedPlico: {
            code: string;
            /** @enum {string} */
            seal: "integro" | "danneggiato" | "aperto" | "non-sigillato" | "risigillato";
        };
        ScannerView: {
            device?: string;
            /** @description Perché non si può usare, dove si sa */
            fault?: string;
            feeder?: string;
            id: string;
            inputs?: components["schemas"]["InputView"][] | null;
            name: string;
            /** @enum {string} */
            state: "idle" | "busy" | "stopped" | "offline";
            /** @description Chi lo sta usando (R21.6) */
            user?: string;
        };
        ScanOptions: {
            /** @enum {string} */
            duty: "subito" | "differibile" | "eventuale";
            exclusions: components["schemas"]["Exclusion"][] | null;
            frontispieces: components["schemas"]["Frontispiece"][] | null;
            manual: string;
        };
        ScanProfile: {
            device?: string;
            deviceName?: string;
            /** Format: int64 */
            id?: number;
            /** @enum {string} */
            key?: "F8" | "Shift+F8" | "Ctrl+F8" | "Alt+F8";
            name: string;
            settings: components["schemas"]["ScanSettings"];
        };
        ScanSettings: {
            /** @enum {string} */
            colorMode?: "rgb" | "grey" | "binary";
            duplex?: boolean;
            /** @enum {string} */
            input?: "feeder" | "platen";
            /** @enum {string} */
            pageSize?: "A4" | "A3" | "A5" | "max";
            /** Format: int64 */
            resolution?: number;
            /** @description Alimentatore a una faccia: i retri in un secondo passaggio */
            twoSided?: boolean;
        };
        ScanView: {
            colorMode?: string;
            device?: string;
            duplex?: boolean;
            input?: string;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            xDPI?: number;
            /** Format: int64 */
            yDPI?: number;
        };
        ScopeView: {
            /** Format: date-time */
            at: string;
            by: string;
            choice: string;
            exclusion?: string;
            note?: string;
            profile: string;
            reason?: string;
            responsible?: string;
        };
        SearchPage: {
            hits: components["schemas"]["RecordView"][] | null;
            /** Format: int64 */
            next?: number;
        };
        Seen: {
            /** Format: date-time */
            at: string;
            by: string;
            name: string;
            note?: string;
        };
        SenderReference: {
            day?: string;
            protocol?: string;
        };
        Setup: {
            actDay: string;
            /** @description Estremi dell'atto */
            actNumber: string;
            aoos: components["schemas"]["AOO"][] | null;
            body: components["schemas"]["Body"];
            /** Format: date-time */
            configuredAt?: string;
            /** @enum {string} */
            connector: "embedded" | "jente" | "docarea" | "titulus" | "jiride" | "pitre" | "dropfolder" | "manual";
            /** @description Titolo del responsabile, a video */
            responsabileTitle: string;
            /** Format: int64 */
            startingNumber: number;
            trial?: boolean;
        };
        SetupInputBody: {
            accounts: components["schemas"]["NewAccount"][] | null;
            setup: components["schemas"]["Setup"];
            /** @description Il codice stampato all'avvio */
            token: string;
        };
        SheetComparison: {
            changed: components["schemas"]["SheetFault"][] | null;
            faults: components["schemas"]["SheetFault"][] | null;
            new: components["schemas"]["EmergencyLine"][] | null;
            numbers: components["schemas"]["SheetNumber"][] | null;
            /** Format: int64 */
            numbersRecorded: number;
            /** Format: int64 */
            recorded: number;
            /** Format: int64 */
            rows: number;
        };
        SheetExportBody: {
            columns?: components["schemas"]["EmergencyColumn"][] | null;
            /**
             * @description xml: per l'importazione dei protocolli di emergenza di Finmatica
             * @enum {string}
             */
            format: "xlsx" | "csv" | "xml";
        };
        SheetFault: {
            column?: string;
            /** Format: int64 */
            line: number;
            words: string;
        };
        SheetImportBody: {
            apply?: boolean;
            columns?: components["schemas"]["EmergencyColumn"][] | null;
            /** @description Il foglio, in base64 */
            file: string;
            /** @enum {string} */
            format: "xlsx" | "csv";
        };
        SheetLineInputBody: {
            /**
             * Format: date-time
             * @description L'istante scritto a mano
             */
            at: string;
            /** @description Chi ha firmato la riga */
            by: string;
            /**
             * Format: int64
             * @description Plichi
             */
            count: number;
            key: string;
            /** @description I secondi non sono scritti */
            noSeconds?: boolean;
            note?: string;
            /** Format: int64 */
            row: number;
            sender?: string;
            /** @description Foglio n. */
            sheet?: string;
            /**
             * Format: int64
             * @description 0: gara da individuare
             */
            tenderID?: number;
        };
        SheetNumber: {
            day: string;
            /** Format: int64 */
            line: number;
            number: string;
            /** Format: int64 */
            row: number;
        };
        SignatureReplacement: {
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
        };
        SignedActInputBody: {
            /** Format: int64 */
            actID: number;
            content: string;
            fileName: string;
            /** @enum {string} */
            kind: "authorisation" | "opening" | "extension" | "closing" | "revocation";
            mediaType: string;
        };
        SignedDailyInputBody: {
            content: string;
            fileName: string;
            mediaType: string;
        };
        SlipInputBody: {
            printer?: string;
        };
        SolveInputBody: {
            /** @enum {string} */
            choice: "assign" | "new-version" | "belongs" | "split" | "accept" | "discard" | "note" | "note-first" | "whole" | "retry" | "attachment" | "wrong-label" | "exclude" | "redo-backs" | "front-only";
            exclusion?: string;
            frontispiece?: string;
            /** @enum {string} */
            notePart?: "documento" | "allegato" | "allegati";
            /**
             * Format: int64
             * @description Nuova versione: di quale allegato; 0 = del documento principale
             */
            part?: number;
            reason?: string;
            /** Format: int64 */
            registrationID?: number;
            responsible?: string;
            /** Format: int64 */
            sheets?: number;
            /** Format: int64 */
            version: number;
        };
        SplitInputBody: {
            /**
             * Format: int64
             * @description La pagina con cui comincia l'altro documento
             */
            page: number;
        };
        Stamp: {
            /** @description Perché la marca non c'è ancora */
            fault?: string;
            /**
             * Format: int64
             * @description Risposte non accettate
             */
            refusals?: number;
            token?: components["schemas"]["Timestamp"];
        };
        Status: {
            /** Format: int64 */
            alarms?: number;
            central: components["schemas"]["Health"];
            counts: components["schemas"]["Counts"];
            folders: components["schemas"]["FolderView"][] | null;
            /** Format: date-time */
            now: string;
            printers: components["schemas"]["PrinterView"][] | null;
            profiles: components["schemas"]["ProfileView"][] | null;
            scanners: components["schemas"]["ScannerView"][] | null;
            /** Format: int64 */
            seq: number;
            stops: components["schemas"]["Stop"][] | null;
            works: components["schemas"]["Progress"][] | null;
        };
        Stop: {
            code: string;
            detail?: string;
            /** Format: date-time */
            since: string;
        };
        StoppedDeliveries: {
            deliveries: components["schemas"]["StoppedDelivery"][] | null;
        };
        StoppedDelivery: {
            /** @description es. n. 2/2026 R.E. 1/2026 */
            emergency?: string;
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            id: number;
            /** @description Ricezione n. */
            intakeCode: string;
            /** Format: int64 */
            intakeID: number;
            number: string;
            ordinary?: components["schemas"]["OrdinaryNumber"];
            /** Format: date-time */
            since: string;
            subject: string;
            /** @description Documento principale, o quale allegato */
            title: string;
            /** @enum {string} */
            why: "rejected" | "outcome-unknown";
            /** @description Le parole del sistema centrale */
            words?: string;
            /** Format: int64 */
            year: number;
        };
        StoppedInputBody: {
            /**
             * @description Manda di nuovo, o visto sul protocollo: anche allegato là a mano
             * @enum {string}
             */
            choice: "retry" | "seen";
            /** @description Dove è stato visto o allegato */
            reason?: string;
        };
        StrikeInputBody: {
            reason: string;
            /** Format: int64 */
            version: number;
        };
        StripBatch: {
            aoo: string;
            /** Format: int64 */
            backsOf?: number;
            desk: string;
            documents: components["schemas"]["StripDocument"][] | null;
            /** Format: date-time */
            endedAt?: string;
            fault?: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            selected?: number;
            source: string;
            /** Format: date-time */
            startedAt: string;
            startedBy: string;
            state: string;
            twoSided?: boolean;
        };
        StripDocument: {
            aoo: string;
            archive?: components["schemas"]["ArchiveView"];
            /** Format: int64 */
            batchID: number;
            /** Format: int64 */
            id: number;
            pageList: components["schemas"]["PageView"][] | null;
            /** Format: int64 */
            pages: number;
            /** Format: int64 */
            part?: number;
            record?: components["schemas"]["Candidate"];
            /** Format: int64 */
            registrationID?: number;
            scans?: components["schemas"]["ScanView"][] | null;
            scope?: components["schemas"]["ScopeView"];
            state: string;
            superseded?: boolean;
            /** Format: int64 */
            version?: number;
            why?: components["schemas"]["SupersededView"];
        };
        SubjectInputBody: {
            subject: string;
        };
        Subjects: {
            subjects: string[] | null;
        };
        SupersededView: {
            actDay?: string;
            actNumber?: string;
            /** Format: date-time */
            at: string;
            by: string;
            /** @enum {string} */
            centre?: "replaced-soon" | "by-hand";
            /** @enum {string} */
            kind: "exchange" | "obscuration";
            pages?: number[] | null;
            reason: string;
            /** Format: int64 */
            successor?: number;
            /** Format: int64 */
            successorRegistration?: number;
        };
        Taken: {
            aoo: string;
            /** Format: int64 */
            backsOf?: number;
            desk: string;
            /** Format: date-time */
            endedAt?: string;
            fault?: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            pages: number;
            refused?: string;
            /** Format: int64 */
            selected?: number;
            source: string;
            /** Format: date-time */
            startedAt: string;
            startedBy: string;
            state: string;
            twoSided?: boolean;
        };
        TakenInputBody: {
            /** @description La firma è sulla distinta */
            onPaper?: boolean;
        };
        TemporaryInputBody: {
            printer?: string;
        };
        TemporaryLetter: {
            /** @description es. R 11/2026 */
            code: string;
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            intakeID: number;
            /** @description Il numero è arrivato */
            numbered: boolean;
            subject: string;
        };
        TemporaryPolicy: {
            /**
             * Format: int64
             * @description Minuti di attesa dopo i quali si può stampare un'etichetta provvisoria; 0: 15
             */
            afterMinutes?: number;
            /** @description L'etichetta esce da sola quando arriva il numero */
            printByItself?: boolean;
        };
        TemporaryPrint: {
            condition?: string;
            /** @enum {string} */
            state: "printed" | "unknown" | "failed";
        };
        Tender: {
            aoo: string;
            /** Format: date-time */
            closedAt?: string;
            closedBy?: string;
            /** Format: date-time */
            enteredAt: string;
            enteredBy: string;
            /** Format: int64 */
            id: number;
            /** Format: int64 */
            seq: number;
            terms: components["schemas"]["TenderTerms"];
            /** Format: int64 */
            version: number;
            /** Format: int64 */
            year: number;
        };
        TenderBasis: {
            code: string;
            source: string;
            wantsCIG: boolean;
            wantsNorm: boolean;
            words: string;
        };
        TenderClosing: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            id: number;
            note?: string;
            /** @description Perché è stata riaperta */
            reason?: string;
            /** Format: date-time */
            reopenedAt?: string;
            reopenedBy?: string;
        };
        TenderInputBody: {
            /** @description Codice della base giuridica */
            basis: string;
            cig?: string;
            /** Format: date-time */
            deadline: string;
            key: string;
            /** @description L'atto o la norma che la base giuridica vuole indicati */
            norm?: string;
            /** @description Sede della seduta */
            place: string;
            /** Format: date-time */
            sessionAt?: string;
            subject: string;
            uor?: string;
        };
        TenderRecord: {
            by: string;
            csv: components["schemas"]["DailyFile"];
            journal: components["schemas"]["JournalHead"];
            /** Format: date-time */
            madeAt: string;
            name: string;
            pdf: components["schemas"]["DailyFile"];
            /** Format: int64 */
            plichi: number;
            stamp?: components["schemas"]["Stamp"];
            /** Format: int64 */
            version: number;
        };
        Tenders: {
            bases: components["schemas"]["TenderBasis"][] | null;
            tenders: components["schemas"]["Tender"][] | null;
        };
        TenderTerms: {
            /** @description Codice della base giuridica */
            basis: string;
            cig?: string;
            /** Format: date-time */
            deadline: string;
            /** @description L'atto o la norma che la base giuridica vuole indicati */
            norm?: string;
            /** @description Sede della seduta */
            place: string;
            /** Format: date-time */
            sessionAt?: string;
            subject: string;
            uor?: string;
        };
        TenderVersion: {
            /** Format: date-time */
            at: string;
            by: string;
            reason?: string;
            terms: components["schemas"]["TenderTerms"];
            /** Format: int64 */
            version: number;
        };
        TenderView: {
            aoo: string;
            bids: components["schemas"]["BidView"][] | null;
            /** Format: date-time */
            closedAt?: string;
            closedBy?: string;
            closings: components["schemas"]["TenderClosing"][] | null;
            /** Format: date-time */
            enteredAt: string;
            enteredBy: string;
            /** Format: int64 */
            id: number;
            /** @description Plichi arrivati in tempo, senza gara o non descritti */
            mayBelong: components["schemas"]["BidView"][] | null;
            /** Format: int64 */
            seq: number;
            terms: components["schemas"]["TenderTerms"];
            transfers: components["schemas"]["BidTransfer"][] | null;
            /** @description Istanti prima del termine di cui nessuno ha detto quanti plichi */
            undeclared: components["schemas"]["HandoverView"][] | null;
            /** Format: int64 */
            version: number;
            versions: components["schemas"]["TenderVersion"][] | null;
            waiting: components["schemas"]["WaitingCount"][] | null;
            /** Format: int64 */
            year: number;
        };
        TestPrint: {
            condition?: string;
            /** @enum {string} */
            outcome: "printed" | "unknown" | "failed";
        };
        TestPrintInputBody: {
            offset?: components["schemas"]["Offset"];
        };
        TextView: {
            engine?: string;
            /** @enum {string} */
            state: "not-asked" | "due" | "present" | "missing";
            unread?: components["schemas"]["UnreadPage"][] | null;
            why?: string;
            /** Format: int64 */
            words?: number;
        };
        Timestamp: {
            /** Format: int64 */
            accuracy?: number;
            authority: string;
            clock: components["schemas"]["ClockProof"];
            policy: string;
            qualified?: boolean;
            /** Format: date-time */
            receivedAt: string;
            /** Format: date-time */
            sentAt: string;
            serial: string;
            /** Format: date-time */
            time: string;
        };
        TimeState: {
            /** @description Perché l'ultima richiesta non ha avuto una marca */
            fault?: string;
            /** Format: date-time */
            measuredAt?: string;
            /**
             * Format: int64
             * @description Di quanto l'orologio è indietro; negativo: avanti
             */
            offsetMS?: number;
            /** Format: date-time */
            oldest?: string;
            /**
             * Format: int64
             * @description Che concordavano
             */
            servers?: number;
            /** @description Un servizio di marcatura è indicato */
            stamping: boolean;
            /** @enum {string} */
            state: "verified" | "stale" | "stepped" | "contradicted" | "unverified";
            /**
             * Format: int64
             * @description Di quanto è stato spostato dall'ultima misura
             */
            stepMS?: number;
            /** @enum {string} */
            verdict: "good" | "off" | "unproven" | "far";
            /**
             * Format: date-time
             * @description Quando l'orologio era giusto l'ultima volta
             */
            verifiedAt?: string;
            /**
             * Format: int64
             * @description Marche in attesa
             */
            waiting: number;
            /** Format: date-time */
            watchedSince?: string;
        };
        Titolari: {
            titolari: components["schemas"]["Titolario"][] | null;
        };
        Titolario: {
            classes?: components["schemas"]["Classifica"][] | null;
            /** Format: int64 */
            count: number;
            /** Format: int64 */
            id: number;
            name: string;
            validFrom: string;
            validTo?: string;
        };
        TitolarioInputBody: {
            /** @description titolo,denominazione_titolo,classe,denominazione_classe */
            csv: string;
            name: string;
            validFrom: string;
        };
        TransferConfirm: {
            /** Format: date-time */
            at: string;
            by: string;
            name: string;
            onPaper?: boolean;
        };
        TransferInputBody: {
            /** @description Vuoto: chi è collegato */
            from?: string;
            key: string;
            place: string;
            plichi: components["schemas"]["ScannedPlico"][] | null;
            to: string;
        };
        TriedScanner: {
            /** @description SHA-256 del certificato, quando nessuno garantisce per esso */
            certificate?: string;
            /** @description UUID o numero di serie */
            device?: string;
            /** @description Perché non risponde come dovrebbe */
            fault?: string;
            inputs?: components["schemas"]["InputView"][] | null;
            model?: string;
            settings: string;
        };
        TryInputBody: {
            address: string;
        };
        TurnInputBody: {
            /**
             * Format: int64
             * @description In senso orario, rispetto a come sta
             * @enum {integer}
             */
            degrees: 90 | 180 | 270;
        };
        UnlockInputBody: {
            password: string;
        };
        Unnumbered: {
            /** Format: date-time */
            at: string;
            by: string;
            entry?: components["schemas"]["CitedEntry"];
            grounds: string;
            /** Format: int64 */
            registeredAs?: number;
            returned?: components["schemas"]["PostReturn"];
            words: string;
        };
        UnreadPage: {
            /** Format: int64 */
            page: number;
            why: string;
        };
        Unregistered: {
            added?: boolean;
            code: string;
            /** @enum {string} */
            grounds: "escluso" | "particolare";
            off?: boolean;
            /** @description L'articolo o l'atto */
            source: string;
            words: string;
        };
        UnregisteredCommand: {
            draft: components["schemas"]["Draft"];
            /** @description Il codice della voce dell'elenco in vigore */
            entry: string;
            /** @description Chiave della richiesta, creata quando si apre il modulo */
            key: string;
        };
        UnregisteredList: {
            entries: components["schemas"]["Unregistered"][] | null;
            manual: string;
            profile: string;
            profiles: components["schemas"]["RegistrationProfile"][] | null;
            /**
             * Format: int64
             * @description La versione delle regole
             */
            version: number;
        };
        UnsignedAct: {
            /** Format: int64 */
            actID: number;
            /** @enum {string} */
            kind: "authorisation" | "opening" | "extension" | "closing" | "revocation";
        };
        UOR: {
            code: string;
            name: string;
        };
        UORs: {
            uors: components["schemas"]["UOR"][] | null;
        };
        Urgency: {
            /** Format: date-time */
            at: string;
            by: string;
            reason: string;
        };
        UrgentInputBody: {
            reason: string;
            urgent: boolean;
        };
        WaitingCount: {
            /** Format: date-time */
            at: string;
            by: string;
            /** Format: int64 */
            count: number;
            note?: string;
        };
        WaitingInputBody: {
            /** Format: int64 */
            count: number;
            key: string;
            note?: string;
        };
        WrittenAct: {
            actDay?: string;
            actNumber?: string;
        };
        YearCommand: {
            /** @enum {string} */
            fields: "F-1" | "F-2" | "ordinario";
            /** @description Dove sono le pagine di carta */
            keptAt?: string;
            /** @enum {string} */
            medium: "carta" | "foglio" | "entrambi";
            /** @description Perché si predispone di nuovo */
            reason?: string;
            /** Format: int64 */
            year: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
