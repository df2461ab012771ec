package stamp

import "fmt"

// SheetFault is something in a spreadsheet that came back and that a person has to look at.
type SheetFault struct {
	Line   int    `json:"line"` // as the spreadsheet numbers rows; 0: the whole file
	Column string `json:"column,omitempty"`
	Words  string `json:"words"` // Italian
}

func (f SheetFault) String() string {
	switch {
	case f.Line == 0:
		return f.Words
	case f.Column == "":
		return fmt.Sprintf("Riga %d: %s", f.Line, f.Words)
	}
	return fmt.Sprintf("Riga %d, colonna «%s»: %s", f.Line, f.Column, f.Words)
}

// SheetFormat is a kind of file that the rows of a register travel in.
type SheetFormat string

const (
	SheetXLSX SheetFormat = "xlsx"
	SheetCSV  SheetFormat = "csv"
	// SheetFinmatica is the XML that Finmatica's «importa protocolli di emergenza» takes; it does not come back.
	SheetFinmatica SheetFormat = "xml"
)

// EmergencyLine is a row of the register as it came back in a spreadsheet, with the place where it stands in its file.
type EmergencyLine struct {
	Line int `json:"line"`
	EmergencyRow
}

// EmergencyColumn names a field of the register's spreadsheet and the title that it has in somebody else's file.
type EmergencyColumn struct {
	Field    string `json:"field" toml:"field" enum:",numero,data,verso,oggetto,mittente,destinatari,indirizzo,codice-interno,classifica,tipo-documento,tramite,protocollo,data-protocollo,codice-utente,data-legale,riga,registro,ufficio,manuale,annullato,aoo,inizio-blocco,fine-blocco,corrispondente,repertorio,rif-mittente,allegati,autorizzato,istante"`
	Title    string `json:"title" toml:"title"`
	Constant string `json:"constant,omitempty" toml:"constant"` // for a column that the register has no field for; Field is then ""
}
