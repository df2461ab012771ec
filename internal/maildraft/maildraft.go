// Package maildraft writes mails for a person to send: the notices that a register of emergency was opened and closed, worded as the
// manual has them (L-22, L-23). It sends nothing. A draft is a file of RFC 5322 that a mail program opens ready to be sent.
//
// It refuses addresses that are none, and a draft without a recipient.
package maildraft

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// Office is whose mails these are.
type Office struct {
	From string   // "Ufficio Protocollo <protocollo@ente.example>"; "" leaves it to the mail program
	To   []string // at least one
	// System is what the office calls its protocol program, e.g. JEnte; "": «di protocollo informatico».
	System string
}

// Text returns subject and text of a mail, lines ended by LF.
func (o Office) Text(m stamp.EmergencyMail) (subject, text string) {
	system := "di protocollo informatico"
	if o.System != "" {
		system = o.System
	}
	paper := ""
	if m.OnPaper {
		paper = " cartaceo"
	}
	hour := m.At.In(protocollo.Rome()).Format("15:04")
	var lines []string
	if m.Closed {
		subject = "Comunicazione di chiusura registro di emergenza"
		lines = []string{
			"Si comunica che, a partire dalle ore " + hour + " odierne, è stata autorizzata la chiusura del registro di emergenza" + paper +
				" del protocollo, a seguito della risoluzione del problema tecnico sull'applicativo " + system + ".",
			"Da questo momento è possibile riprendere la normale attività di protocollazione.",
			"I protocolli annotati nel registro di emergenza saranno recuperati e inseriti " + into(o.System) + " dall'Ufficio Protocollo Generale nelle prossime ore.",
			"Per eventuali chiarimenti, contattare l'Ufficio Protocollo Generale.",
			"Cordiali saluti.",
		}
	} else {
		subject = "Comunicazione di attivazione registro di emergenza"
		prolonged := ""
		if m.Prolonged {
			prolonged = " prolungato"
		}
		lines = []string{
			"Con la presente si comunica che, a partire dalle ore " + hour + " odierne, è autorizzato l'utilizzo del registro di emergenza" + paper +
				" del protocollo, a causa di un problema tecnico" + prolonged + " sull'applicativo " + system + ".",
			"Il registro rimarrà attivo fino alla risoluzione del problema, che sarà comunicata con apposita mail.",
		}
		if m.OnlyAuthorised {
			lines = append(lines, "La procedura di emergenza deve essere applicata esclusivamente per la protocollazione degli atti preventivamente autorizzati dal "+
				"Responsabile della Gestione Documentale, sulla base di effettive condizioni di urgenza.")
		}
		lines = append(lines, "Per la protocollazione di emergenza:\n"+
			"- Inviare via mail i documenti informatici e i dati minimi all'Ufficio Protocollo Generale.\n"+
			"- I documenti cartacei devono essere consegnati fisicamente all'Ufficio Protocollo Generale.",
			"Per chiarimenti, contattare l'Ufficio Protocollo Generale.",
			"Cordiali saluti.")
	}
	if m.Banner != "" {
		subject = m.Banner + ": " + subject
	}
	return subject, strings.Join(lines, "\n\n") + "\n"
}

func into(system string) string {
	if system == "" {
		return "nel protocollo informatico"
	}
	return "in " + system
}

// Write writes a mail as a draft: X-Unsent lets mail programs open it for sending. date is its own instant.
func (o Office) Write(w io.Writer, m stamp.EmergencyMail, date time.Time) error {
	to, err := addresses(o.To)
	if err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	subject, text := o.Text(m)
	headers := [][2]string{{"Date", date.In(protocollo.Rome()).Format(time.RFC1123Z)}}
	if o.From != "" {
		from, err := addresses([]string{o.From})
		if err != nil {
			return fmt.Errorf("write mail: %w", err)
		}
		headers = append(headers, [2]string{"From", from})
	}
	headers = append(headers, [2]string{"To", to}, [2]string{"Subject", mime.QEncoding.Encode("utf-8", subject)}, [2]string{"X-Unsent", "1"}, [2]string{"MIME-Version", "1.0"},
		[2]string{"Content-Type", "text/plain; charset=utf-8"}, [2]string{"Content-Transfer-Encoding", "quoted-printable"})
	folds := strings.NewReplacer("?= =?", "?=\r\n =?", "?= <", "?=\r\n <") // between encoded words, and before an address
	var b strings.Builder
	for _, h := range headers {
		b.WriteString(h[0] + ": " + folds.Replace(h[1]) + "\r\n")
	}
	b.WriteString("\r\n")
	body := quotedprintable.NewWriter(&b)
	if _, err := io.WriteString(body, strings.ReplaceAll(text, "\n", "\r\n")); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	if err := body.Close(); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write mail: %w", err)
	}
	return nil
}

// Check reports an address that is none. No recipient is no fault of the settings: then there are no drafts.
func (o Office) Check() error {
	for _, a := range append([]string{o.From}, o.To...) {
		if a == "" {
			continue
		}
		if _, err := mail.ParseAddress(a); err != nil {
			return fmt.Errorf("mail address %q: %w", a, err)
		}
	}
	return nil
}

// addresses writes a list, each on a line of its own: RFC 5322 bounds lines.
func addresses(list []string) (string, error) {
	var out []string
	for _, text := range list {
		a, err := mail.ParseAddress(text)
		if err != nil {
			return "", protocollo.Errorf(protocollo.Invalid, "mail", "%q is no address: %w", text, err)
		}
		out = append(out, a.String())
	}
	if len(out) == 0 {
		return "", protocollo.Errorf(protocollo.NotFound, "mail-recipients", "%w", errors.New("no recipient is configured"))
	}
	return strings.Join(out, ",\r\n "), nil
}
