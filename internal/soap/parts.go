package soap

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
)

// Part is a file that travels beside the envelope.
type Part struct {
	ID        string
	MediaType string
	Body      []byte
}

// unpack returns the envelope of an answer: the answer itself, or the root among its parts, whose others are dropped.
func unpack(contentType string, body []byte) ([]byte, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err == nil && kind == dimeType {
		envelope, _, err := UnpackDIME(body)
		return envelope, err
	}
	if err != nil || kind != "multipart/related" {
		return body, nil // whatever it calls itself: what counts is whether it is an envelope
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for first := true; ; first = false {
		p, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the answer's parts have no envelope among them")
		}
		if err != nil {
			return nil, fmt.Errorf("read parts: %w", err)
		}
		if start := parameters["start"]; start == "" && first || start != "" && p.Header.Get("Content-Id") == start {
			return io.ReadAll(p) // of an answer that is bounded
		}
	}
}
