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
            roles: ("amministratore" | "responsabile" | "operatore" | "consultazione" | "gare")[] | null;
            uor?: string;
            user: string;
        };
        AnnulInputBody: {
            actDay: string;
            actNumber: string;
            reason: string;
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
        Attachment: {
            description: string;
            /** Format: int64 */
            pages?: number;
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
        Batch: {
            aoo: string;
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
        };
        Body: {
            /** @description Codice IPA dell'amministrazione, es. c_a000 */
            code: string;
            /** @description Denominazione */
            name: string;
            /** @description Denominazione breve, stampata in etichetta */
            shortName: string;
        };
        Candidate: {
            facets: components["schemas"]["Facets"];
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            intakeID: number;
            number: string;
            /** Format: int64 */
            registrationID: number;
            subject: string;
            /** Format: int64 */
            year: number;
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
        ConfirmInputBody: {
            /** @description Le pagine segnalate, confermate una per una */
            pages?: number[] | null;
        };
        Correspondent: {
            address?: string;
            /** @description Codice fiscale, partita IVA o codice IPA */
            code?: string;
            email?: string;
            name: string;
        };
        Correspondents: {
            correspondents: components["schemas"]["Correspondent"][] | null;
        };
        Counts: {
            /** Format: int64 */
            exceptions: number;
            /** Format: int64 */
            labelsToPrint: number;
            /** Format: int64 */
            outcomesUnknown: number;
            /** Format: int64 */
            printsUnknown: number;
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
            roles: ("amministratore" | "responsabile" | "operatore" | "consultazione" | "gare")[] | null;
            uor?: string;
            user: string;
        };
        CsvInputBody: {
            csv: string;
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
            registrationID?: number;
            scope?: components["schemas"]["ScopeView"];
            state: string;
            /** Format: int64 */
            version?: number;
        };
        Draft: {
            anonymous?: boolean;
            arrivalDay?: string;
            arrivalDayReason?: string;
            atCounter?: boolean;
            attachments?: components["schemas"]["Attachment"][] | null;
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
            envelope?: string;
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
            /** @description Procedimento, per il termine in ricevuta */
            procedure?: string;
            raccomandataCode?: string;
            recipients?: components["schemas"]["Correspondent"][] | null;
            /** @description Responsabile del procedimento amministrativo */
            rpa?: string;
            senderRef?: components["schemas"]["SenderReference"];
            senders?: components["schemas"]["Correspondent"][] | null;
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
            facets: components["schemas"]["Facets"];
            /** @description Mittente o destinatario */
            from: string;
            /** Format: int64 */
            intakeID: number;
            number: string;
            /** @enum {string} */
            reason: "sender-reference" | "raccomandata" | "digest";
            /** Format: int64 */
            registrationID: number;
            subject: string;
            /** Format: int64 */
            year: number;
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
            unit?: "pagine" | "fogli";
            why?: string;
        };
        Exceptions: {
            exceptions: components["schemas"]["ExceptionView"][] | null;
        };
        ExceptionView: {
            aoo: string;
            /** Format: int64 */
            batchID?: number;
            candidates?: components["schemas"]["Candidate"][] | null;
            choice?: string;
            choices: string[] | null;
            detail: components["schemas"]["ExceptionDetail"];
            /** Format: int64 */
            documentID: number;
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
            /** Format: int64 */
            version: number;
        };
        Facets: {
            annulled: boolean;
            archived: boolean;
            captured: boolean;
            delivered: boolean;
            labelled: boolean;
            numbered: boolean;
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
        Health: {
            connector: string;
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
            resolutions?: number[] | null;
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
        Labels: {
            labels: components["schemas"]["PrintView"][] | null;
        };
        LabelSwitches: {
            aooName: boolean;
            classifica: boolean;
            fascicolo: boolean;
            subject: boolean;
            time: boolean;
            uor: boolean;
        };
        Limit: {
            /** Format: int64 */
            max: number;
            unit: string;
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
        NewAccount: {
            aoo: string;
            name: string;
            password: string;
            roles: string[] | null;
            uor?: string;
            user: string;
        };
        PageProfile: {
            a4: boolean;
            exceptionAllowed: boolean;
            firstPageAllowed: boolean;
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
        Policies: {
            aoo: string;
            label: components["schemas"]["LabelSwitches"];
            pageProfile: string;
            /** @description Estremi della certificazione di processo */
            processCertificate?: string;
            /** Format: date-time */
            setAt?: string;
            setBy?: string;
            terms?: components["schemas"]["ProcedureTerm"][] | null;
            /** Format: int64 */
            version: number;
        };
        Print: {
            bitmapSHA256: string;
            condition?: string;
            /** Format: int64 */
            id: number;
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
            /** Format: date-time */
            settledAt?: string;
            state: string;
        };
        PrinterView: {
            /** @description Perché un'etichetta ora non uscirebbe */
            blocks?: string;
            conditions: string[] | null;
            /** Format: double */
            heightMM: number;
            id: string;
            name: string;
            /** Format: double */
            widthMM: number;
        };
        PrintInputBody: {
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
        RecordView: {
            annulment?: components["schemas"]["Annulment"];
            arrivalDay: string;
            /** Format: date-time */
            arrivedAt: string;
            attempt?: string;
            attempts?: components["schemas"]["AttemptView"][] | null;
            day?: string;
            documents?: components["schemas"]["DocumentView"][] | null;
            draft: components["schemas"]["Draft"];
            facets: components["schemas"]["Facets"];
            /** @description Ricezione n. */
            intakeCode: string;
            /** Format: int64 */
            intakeID: number;
            number?: string;
            operator: string;
            prints?: components["schemas"]["Print"][] | null;
            /** Format: date-time */
            registeredAt?: string;
            /** Format: int64 */
            registrationID?: number;
            related?: number[] | null;
            /** Format: date-time */
            savedAt: string;
            segnatura?: string;
            /** @description Le parole del sistema centrale */
            words?: string;
            /** Format: int64 */
            year?: number;
        };
        Registered: {
            print?: components["schemas"]["Print"];
            printProblem?: components["schemas"]["Problem"];
            record: components["schemas"]["RecordView"];
        };
        RegisterInputBody: {
            draft: components["schemas"]["Draft"];
            /** @enum {string} */
            duplicateChoice?: "diverso" | "originale-fax";
            /** Format: int64 */
            duplicateOf?: number;
            key: string;
            print?: boolean;
            printer?: string;
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
            lastNumber: string;
        };
        RetryInputBody: {
            printer?: string;
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
            /** @enum {string} */
            colorMode?: "rgb" | "grey" | "binary";
            /** Format: int64 */
            continue?: number;
            duplex?: boolean;
            /** @enum {string} */
            input?: "feeder" | "platen";
            /** Format: int64 */
            resolution?: number;
            /** @description Vuoto: il primo */
            scanner?: string;
            /** Format: int64 */
            selected?: number;
        };
        ScannerView: {
            feeder?: string;
            id: string;
            inputs?: components["schemas"]["InputView"][] | null;
            name: string;
            /** @enum {string} */
            state: "idle" | "busy" | "stopped" | "offline";
            /** @description Chi lo sta usando (R21.6) */
            user?: string;
        };
        ScopeView: {
            /** Format: date-time */
            at: string;
            by: string;
            choice: string;
            note?: string;
            profile: string;
            reason?: string;
        };
        SearchPage: {
            hits: components["schemas"]["RecordView"][] | null;
            /** Format: int64 */
            next?: number;
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
            connector: "embedded";
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
        SolveInputBody: {
            /** @enum {string} */
            choice: "assign" | "new-version" | "belongs" | "split" | "accept" | "discard" | "note" | "note-first" | "whole" | "retry";
            /** @enum {string} */
            notePart?: "documento" | "allegato" | "allegati";
            reason?: string;
            /** Format: int64 */
            registrationID?: number;
            /** Format: int64 */
            sheets?: number;
            /** Format: int64 */
            version: number;
        };
        Status: {
            central: components["schemas"]["Health"];
            counts: components["schemas"]["Counts"];
            folders: components["schemas"]["FolderView"][] | null;
            printers: components["schemas"]["PrinterView"][] | null;
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
        StripBatch: {
            aoo: string;
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
            record?: components["schemas"]["Candidate"];
            /** Format: int64 */
            registrationID?: number;
            scope?: components["schemas"]["ScopeView"];
            state: string;
            /** Format: int64 */
            version?: number;
        };
        SubjectInputBody: {
            subject: string;
        };
        Subjects: {
            subjects: string[] | null;
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
        UnlockInputBody: {
            password: string;
        };
        UnreadPage: {
            /** Format: int64 */
            page: number;
            why: string;
        };
        UOR: {
            code: string;
            name: string;
        };
        UORs: {
            uors: components["schemas"]["UOR"][] | null;
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
