package station

import (
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// A registration's documents are its main one and its attachments, each with a file of its own (R18.5): what each is called, and how
// its metadata name the others.

// mainTitle and attachmentTitle are what people read of a part.
const (
	mainTitle       = "Documento principale"
	attachmentTitle = "Allegato %d"
)

// declaredAttachment is what the draft says of an attachment; zero where it says nothing.
func declaredAttachment(d protocollo.Draft, part int) protocollo.Attachment {
	if part < 1 || part > len(d.Attachments) {
		return protocollo.Attachment{}
	}
	return d.Attachments[part-1]
}

// partTitle is what the centre is to call a part: «Allegato 2: planimetria».
func partTitle(d protocollo.Draft, part int) string {
	if part == 0 {
		return mainTitle
	}
	title := fmt.Sprintf(attachmentTitle, part)
	if described := declaredAttachment(d, part).Description; described != "" {
		title += ": " + described
	}
	return title
}

// archiveTitle is the title of an archived file.
func archiveTitle(reg protocollo.Registration, doc protocollo.Document) string {
	title := reg.Citation()
	if doc.Part > 0 {
		title += " – " + fmt.Sprintf(attachmentTitle, doc.Part)
	}
	return title
}

// archiveID names an archived file within the register, for the file's own metadata.
func archiveID(reg protocollo.Registration, doc protocollo.Document) string {
	if doc.Part == 0 {
		return fmt.Sprintf("%s|%d", reg.Segnatura.Text(), doc.Version)
	}
	return fmt.Sprintf("%s|a%d|%d", reg.Segnatura.Text(), doc.Part, doc.Version)
}

// archivedPart is the current file of a part, or nil.
func archivedPart(rec Record, part int) *pdfa.ArchivedPart {
	for _, d := range rec.Documents {
		if d.Part != part || d.Archive == nil || !d.Archive.Current {
			continue
		}
		return &pdfa.ArchivedPart{Part: part, Version: max(d.Version, 1), Edition: d.Archive.Editions[len(d.Archive.Editions)-1].Ordinal,
			SHA256: d.Archive.SHA256}
	}
	return nil
}

// attachedFiles lists a registration's attachments: those that were declared, and those that were found beyond them.
func attachedFiles(rec Record) []pdfa.AttachedFile {
	count := len(rec.Intake.Draft.Attachments)
	for _, d := range rec.Documents {
		if d.State != protocollo.DocumentDiscarded {
			count = max(count, d.Part)
		}
	}
	var out []pdfa.AttachedFile
	for part := 1; part <= count; part++ {
		described := declaredAttachment(rec.Intake.Draft, part).Description
		if described == "" {
			described = fmt.Sprintf(attachmentTitle, part)
		}
		out = append(out, pdfa.AttachedFile{Description: described, File: archivedPart(rec, part)})
	}
	return out
}
