package pdf

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/stamp"
)

// Words of the acts (literals L-20 and L-21).
const (
	authorisation = "AUTORIZZAZIONE ALLO SVOLGIMENTO DELLE OPERAZIONI DI REGISTRAZIONE DI PROTOCOLLO SUL REGISTRO DI EMERGENZA (art. 63 DPR 445/2000)"
	roleTitle     = "Responsabile della Gestione Documentale"
	artSixtyThree = "Ai sensi dell'art. 63 del DPR 28 dicembre 2000 n. 445:"
	signHere      = "____________________________________"
)

// EmergencyAuthorisation writes the act that authorises registrations on a register of emergency: «Allegato 1», L-20 (DPR 445/2000 art.
// 63(1)), for the Responsabile to sign.
//
// Errors: [*MissingFieldError] without body, cause, start of the interruption or an instant of making, or the writer's.
func EmergencyAuthorisation(w io.Writer, r stamp.EmergencyRegister) (pdfa.Result, error) {
	return emergencyAct(w, r, "Allegato 1", authorisation, []piece{
		say(artSixtyThree, 8),
		say("preso atto che, per le cause sotto riportate:", 1),
		interruption(r),
		say("Non è possibile utilizzare la normale procedura informatica;", 6),
		say("si autorizza lo svolgimento delle operazioni di registrazione di protocollo sul Registro di emergenza.", 1),
	})
}

// EmergencyRevocation writes the act that revokes the authorisation: «Allegato 2», L-21. It needs the end of the outage as well.
func EmergencyRevocation(w io.Writer, r stamp.EmergencyRegister) (pdfa.Result, error) {
	if r.RestoredAt.IsZero() {
		return pdfa.Result{}, &MissingFieldError{"end of the interruption"}
	}
	return emergencyAct(w, r, "Allegato 2", "REVOCA "+authorisation, []piece{
		say(artSixtyThree, 8),
		say("ricordato che, per le cause sotto riportate:", 3),
		interruption(r),
		say("non essendo possibile utilizzare la normale procedura informatica, è stato autorizzato lo svolgimento delle operazioni di "+
			"registrazione di protocollo sul Registro di emergenza;", 6),
		say("preso atto che, dalla data ed ora sotto riportate:", 1),
		facts([2]string{"Data ripristino", day(r.RestoredAt)}, [2]string{"Ora ripristino", hour(r.RestoredAt)}),
		say("- è stato ripristinato il normale funzionamento della procedura informatica;", 6),
		say("- si revoca l'autorizzazione allo svolgimento delle operazioni di registrazione di protocollo sul Registro di emergenza;", 1),
		say("- si dispone l'inserimento delle informazioni relative ai documenti protocollati in emergenza nel sistema informatico, con "+
			"automatica attribuzione della numerazione di protocollo ordinaria, mantenendo la correlazione con la numerazione utilizzata in "+
			"emergenza.", 1),
	})
}

func emergencyAct(w io.Writer, r stamp.EmergencyRegister, annex, title string, pieces []piece) (pdfa.Result, error) {
	if err := completeRegister(r); err != nil {
		return pdfa.Result{}, err
	}
	head := []piece{{Paragraph: Paragraph{Text: annex, Bold: true}}, {Paragraph: Paragraph{Text: title, Bold: true, SizePt: 13, SpaceMM: 3}}}
	if r.Name != "" {
		head = append(head, say("Registro di emergenza "+r.Name, 3))
	}
	pieces = append(head, pieces...)
	pieces = append(pieces, piece{Paragraph: Paragraph{Text: "Il " + cmp.Or(r.RoleTitle, roleTitle), Bold: true, SpaceMM: 14}, keepMM: 50})
	if r.Officer != "" {
		pieces = append(pieces, say(r.Officer, 1))
	}
	pieces = append(pieces, say(cmp.Or(r.Signature, signHere), 10))
	result, err := writeSheets(w, sheets{heading: bodyHeading(r), pieces: pieces, banner: r.Banner, foot: annex}, pdfa.Metadata{
		Title: annex + " – " + title, Author: r.Body, CreatorTool: "segnatura", CreatedAt: r.MadeAt.In(protocollo.Rome()),
		DocumentID: registerID(annex, r),
	})
	if err != nil {
		return pdfa.Result{}, fmt.Errorf("write %s: %w", annex, err)
	}
	return result, nil
}

// registerID names a paper of a register, as it stood when it was made.
func registerID(what string, r stamp.EmergencyRegister) string {
	return fmt.Sprintf("%s %s %s %s %s", what, r.AOOCode, r.Name, r.UserCode, r.MadeAt.Format(time.RFC3339Nano))
}

func bodyHeading(r stamp.EmergencyRegister) []Paragraph {
	return []Paragraph{{Text: r.Body, Bold: true, SizePt: 13}, {Text: aooWords(r), SizePt: 10}}
}

func aooWords(r stamp.EmergencyRegister) string {
	if r.AOOName == "" {
		return "AOO " + r.AOOCode
	}
	return "AOO " + r.AOOCode + " – " + r.AOOName
}

func completeRegister(r stamp.EmergencyRegister) error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"body", r.Body == ""},
		{"AOO code", r.AOOCode == ""},
		{"cause", r.Cause == ""},
		{"start of the interruption", r.InterruptedAt.IsZero()},
		{"instant of making", r.MadeAt.IsZero()},
	} {
		if field.missing {
			return &MissingFieldError{field.name}
		}
	}
	return nil
}

func interruption(r stamp.EmergencyRegister) piece {
	return facts([2]string{"Data interruzione", day(r.InterruptedAt)}, [2]string{"Ora interruzione", hour(r.InterruptedAt)}, [2]string{"Causa interruzione", r.Cause})
}

// facts is a table of two columns without titles.
func facts(pairs ...[2]string) piece {
	t := &table{columns: []column{{share: 3}, {share: 7}}, sizePt: defaultSizePt, spaceMM: 3}
	for _, p := range pairs {
		t.rows = append(t.rows, tableRow{cells: p[:]})
	}
	return piece{table: t}
}

func say(text string, spaceMM float64) piece {
	return piece{Paragraph: Paragraph{Text: text, SpaceMM: spaceMM}}
}

// hour shows an instant's Roman hh:mm.
func hour(t time.Time) string { return t.In(protocollo.Rome()).Format("15:04") }
