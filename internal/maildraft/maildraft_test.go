package maildraft_test

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"segnatura/internal/maildraft"
	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// 11:05 in Rome.
var at = time.Date(2026, 11, 22, 10, 5, 0, 0, time.UTC)

func office() maildraft.Office {
	return maildraft.Office{From: "Ufficio Protocollo – Forlì <protocollo@ente.example>", To: []string{"settori@ente.example", "Niccolò D'Alì <n.dali@ente.example>"}, System: "JEnte"}
}

// The mails say what the manual says, with the hour filled in (L-22, L-23).
func TestTextsAreTheManuals(t *testing.T) {
	const closing = "Per chiarimenti, contattare l'Ufficio Protocollo Generale.\n\nCordiali saluti.\n"
	const how = "Per la protocollazione di emergenza:\n- Inviare via mail i documenti informatici e i dati minimi all'Ufficio Protocollo Generale.\n" +
		"- I documenti cartacei devono essere consegnati fisicamente all'Ufficio Protocollo Generale.\n\n"
	const stays = "Il registro rimarrà attivo fino alla risoluzione del problema, che sarà comunicata con apposita mail.\n\n"
	for _, test := range []struct {
		name          string
		mail          stamp.EmergencyMail
		subject, text string
	}{
		{"L-22 as the manual has it", stamp.EmergencyMail{At: at, OnPaper: true, Prolonged: true, OnlyAuthorised: true}, "Comunicazione di attivazione registro di emergenza",
			"Con la presente si comunica che, a partire dalle ore 11:05 odierne, è autorizzato l'utilizzo del registro di emergenza cartaceo del protocollo, a causa di un problema tecnico " +
				"prolungato sull'applicativo JEnte.\n\n" + stays + "La procedura di emergenza deve essere applicata esclusivamente per la protocollazione degli atti preventivamente autorizzati " +
				"dal Responsabile della Gestione Documentale, sulla base di effettive condizioni di urgenza.\n\n" + how + closing},
		{"short or planned, not on paper, everything registered", stamp.EmergencyMail{At: at}, "Comunicazione di attivazione registro di emergenza",
			"Con la presente si comunica che, a partire dalle ore 11:05 odierne, è autorizzato l'utilizzo del registro di emergenza del protocollo, a causa di un problema tecnico " +
				"sull'applicativo JEnte.\n\n" + stays + how + closing},
		{"L-23", stamp.EmergencyMail{At: at, Closed: true, OnPaper: true}, "Comunicazione di chiusura registro di emergenza",
			"Si comunica che, a partire dalle ore 11:05 odierne, è stata autorizzata la chiusura del registro di emergenza cartaceo del protocollo, a seguito della risoluzione del problema " +
				"tecnico sull'applicativo JEnte.\n\nDa questo momento è possibile riprendere la normale attività di protocollazione.\n\n" +
				"I protocolli annotati nel registro di emergenza saranno recuperati e inseriti in JEnte dall'Ufficio Protocollo Generale nelle prossime ore.\n\n" +
				"Per eventuali chiarimenti, contattare l'Ufficio Protocollo Generale.\n\nCordiali saluti.\n"},
	} {
		subject, text := office().Text(test.mail)
		if subject != test.subject || text != test.text {
			t.Errorf("%s:\n%s\n%s", test.name, subject, text)
		}
	}
}

// A draft is a mail that net/mail reads, with everything that was put in. No line is longer than a header's name and one encoded word (RFC
// 2047: 75 characters).
func TestDraftIsRead(t *testing.T) {
	var b bytes.Buffer
	m := stamp.EmergencyMail{At: at, Banner: "PROVA – SENZA VALORE"}
	if err := office().Write(&b, m, at); err != nil {
		t.Fatal(err)
	}
	for line := range strings.SplitSeq(b.String(), "\r\n") {
		if len(line) > 86 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line %q", line)
		}
	}
	got, err := mail.ReadMessage(&b)
	if err != nil {
		t.Fatal(err)
	}
	from, err := got.Header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Ufficio Protocollo – Forlì" || from[0].Address != "protocollo@ente.example" {
		t.Errorf("from %v, %v", from, err)
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 2 || to[1].Name != "Niccolò D'Alì" || to[1].Address != "n.dali@ente.example" {
		t.Errorf("to %v, %v", to, err)
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(at) {
		t.Errorf("date %v, %v", date, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || subject != "PROVA – SENZA VALORE: Comunicazione di attivazione registro di emergenza" {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	_, text := office().Text(m)
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != text {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestRefusals(t *testing.T) {
	for name, test := range map[string]struct {
		edit func(*maildraft.Office)
		want protocollo.Class
	}{
		"no recipient":         {func(o *maildraft.Office) { o.To = nil }, protocollo.NotFound},
		"no address":           {func(o *maildraft.Office) { o.To = []string{"settori"} }, protocollo.Invalid},
		"a header smuggled in": {func(o *maildraft.Office) { o.From = "a@b.example\r\nBcc: c@d.example" }, protocollo.Invalid},
	} {
		o := office()
		test.edit(&o)
		var b bytes.Buffer
		if err := o.Write(&b, stamp.EmergencyMail{At: at}, at); !errors.Is(err, test.want) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
		if err := o.Check(); (err == nil) != (name == "no recipient") {
			t.Errorf("%s: check says %v", name, err)
		}
	}
}
