package titulus

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strings"

	"segnatura/internal/protocollo"
	"segnatura/internal/soap"
)

// manner says whether an operation may be repeated.
type manner bool

const (
	once       manner = false
	repeatable manner = true // it reads, or says who we are
)

// unclear is the error for an answer that proves nothing.
func (m manner) unclear(operation string, cause error) error {
	class := protocollo.OutcomeUnknown
	if m == repeatable {
		class = protocollo.Unavailable
	}
	return protocollo.Errorf(class, "nonsense", "%s: the answer is none: %w", operation, cause)
}

// saveParams asks for the files as they are, and for no mail.
var saveParams = soap.Argument{Name: "params", Value: soap.Struct{Type: "kion:SaveParams", Fields: []soap.Argument{
	{Name: "pdfConversion", Value: soap.Bool(false)}, {Name: "sendEMail", Value: soap.Bool(false)},
}}}

// answered is an answer's element, whatever the operation.
type answered struct {
	XMLName xml.Name
	Returns []struct {
		XMLName xml.Name
		Href    string `xml:"href,attr"`
		Text    string `xml:",chardata"`
	} `xml:",any"`
}

// open says for whom the service acts. It is done before each act: a session that ended in silence would leave the act to the account itself.
func (c *Connector) open(ctx context.Context) error {
	if c.cfg.WSUser == "" {
		return nil
	}
	const operation = "setWSUser"
	said, err := c.exchange(ctx, operation, repeatable, soap.Argument{Name: "user", Value: soap.Text(c.cfg.WSUser)},
		soap.Argument{Name: "pnumber", Value: soap.Text(c.cfg.WSProfile)})
	if err == nil {
		if len(said.Returns) == 0 || said.Returns[0].Text == "" {
			return nil // the public clients take it so
		}
		_, _, err = said.outcome(operation, repeatable)
	}
	if e := (*protocollo.Error)(nil); errors.As(err, &e) && e.Class == protocollo.Rejected {
		// Nothing was done yet, and no other request would fare better: the account is at fault.
		return &protocollo.Error{Class: protocollo.Unavailable, Code: "credentials", Detail: operation, Words: e.Words, Err: err}
	}
	return err
}

// ask makes a call whose answer is a string of XML, and returns it read and raw. A refusal in it is Rejected.
func (c *Connector) ask(ctx context.Context, operation string, m manner, arguments ...soap.Argument) (outcome, string, error) {
	said, err := c.exchange(ctx, operation, m, arguments...)
	if err != nil {
		return outcome{}, "", err
	}
	return said.outcome(operation, m)
}

// outcome reads the string of XML in an answer.
func (a answered) outcome(operation string, m manner) (o outcome, raw string, err error) {
	if len(a.Returns) == 0 || a.Returns[0].XMLName.Local != operation+"Return" || a.Returns[0].Href != "" {
		return outcome{}, "", m.unclear(operation, errors.New("it returns no string"))
	}
	raw = strings.TrimSpace(a.Returns[0].Text)
	if o, err = parseOutcome(raw); err != nil {
		return outcome{}, "", m.unclear(operation, err)
	}
	if err := o.refusal(); err != nil {
		return outcome{}, "", fmt.Errorf("%s: %w", operation, err)
	}
	return o, raw, nil
}

// exchange makes a call. Where the refusal proves that nothing was done because the session is over, it opens another and calls once more.
func (c *Connector) exchange(ctx context.Context, operation string, m manner, arguments ...soap.Argument) (answered, error) {
	said, err := c.send(ctx, operation, m, arguments)
	if e := (*protocollo.Error)(nil); errors.As(err, &e) && e.Class == protocollo.Unavailable && e.Code == "credentials" && operation != "setWSUser" && c.cfg.WSUser != "" {
		if openErr := c.open(ctx); openErr != nil {
			return answered{}, openErr
		}
		said, err = c.send(ctx, operation, m, arguments)
	}
	return said, err
}

func (c *Connector) send(ctx context.Context, operation string, m manner, arguments []soap.Argument) (answered, error) {
	var said answered
	err := c.service.Call(ctx, soap.Operation{Idempotent: bool(m)}, soap.Encoded{Operation: "ws:" + operation, Arguments: arguments}, &said)
	if err != nil {
		if fault := (*soap.Fault)(nil); errors.As(err, &fault) {
			err = c.known(fault, err)
		}
		return answered{}, fmt.Errorf("%s: %w", operation, err)
	}
	if said.XMLName.Local != operation+"Response" {
		return answered{}, m.unclear(operation, fmt.Errorf("it is a %s", said.XMLName.Local))
	}
	return said, nil
}

// noService is what Axis, on which the service runs, says where nothing stands behind the address: no operation was begun.
const noService = "Server.NoService"

// known gives a fault the class that its vendor's words prove. Axis answers with Server.userException to whatever an operation throws, before the deed
// or after it; err is what holds of the others.
func (c *Connector) known(fault *soap.Fault, err error) error {
	refuses := func(words string) bool { return strings.Contains(fault.String, words) }
	switch {
	case fault.Code[strings.LastIndex(fault.Code, ":")+1:] == noService:
		return fault.Classed(protocollo.Unavailable, "address")
	case slices.ContainsFunc(c.cfg.Refusals, refuses):
		return fault.Classed(protocollo.Rejected, "refused")
	}
	return err
}

// load reads a registration. An id that Titulus does not know is Rejected.
func (c *Connector) load(ctx context.Context, id string) (record, error) {
	said, _, err := c.ask(ctx, "loadDocument", repeatable, soap.Argument{Name: "id", Value: soap.Text(id)}, soap.Argument{Name: "lock", Value: soap.Bool(false)})
	if err != nil {
		return record{}, err
	}
	if said.Saved == nil || said.Saved.id() == "" {
		return record{}, repeatable.unclear("loadDocument", errors.New("it names no document"))
	}
	return *said.Saved, nil
}
