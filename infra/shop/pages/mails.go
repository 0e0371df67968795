package pages

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/shop/command"
)

var (
	mailPages = []console.Page{
		{Route: "GET /local/mails", Tab: console.TabLocal, Name: "Mailbox", Local: true, Show: showMails},
		{Route: "GET /local/mails/{id}", Tab: console.TabLocal, Name: "Mailbox", Local: true, Show: showMail},
		{Route: "POST /local/mails/{id}", Tab: console.TabLocal, Name: "Mailbox", Local: true, Show: showWholeMail},
		{Route: "GET /local/mails/{id}/html", Tab: console.TabLocal, Local: true, Show: showHTML},
	}
	mailsBody = console.Parse(mailFiles, "templates/mails.html")
)

//go:embed templates/mails.html
var mailFiles embed.FS

// mailPolicy lets a mail look as it was written, and do nothing: it is shown in a frame
// with an empty sandbox, too.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

// mailsShown is how many a page lists.
const mailsShown = 200

// message is a mail to a customer, a text message or a notice to staff.
type message struct {
	ID      string // the digest of it
	Kind    string
	From    string // of a mail
	To      string
	Subject string
	Event   string
	At      time.Time
	Text    string
	HTML    string
	Source  string
}

// mailsData is the mailbox, with one that is opened.
type mailsData struct {
	All    []message
	More   bool // there may be older ones
	Open   *message
	Form   string // text, html or source
	Forms  []form
	Masked bool
	Grant  string // lets the frame have what is not masked
	First  bool   // an event can be sent
}

// form is one that a message can be read in.
type form struct{ Name, Label, Path string }

func showMails(r *console.Request) (console.View, error) { return mailbox(r, "", true) }

func showMail(r *console.Request) (console.View, error) {
	return mailbox(r, r.PathValue("id"), true)
}

// showWholeMail shows a mail with what may be a person's, once, and writes that to the log.
func showWholeMail(r *console.Request) (console.View, error) {
	v, err := mailbox(r, r.PathValue("id"), false)
	if err == nil {
		r.Console().Log.InfoContext(r.Context(), "personal data of a mail was shown", "mail", r.PathValue("id"))
	}
	return v, err
}

func mailbox(r *console.Request, id string, masked bool) (console.View, error) {
	v := console.View{Title: "Mailbox", Body: mailsBody, Live: masked, Data: mailsData{}}
	q, err := r.Params("as")
	if err != nil {
		return v, err
	}
	d := mailsData{Masked: masked, Form: cmp.Or(q.Get("as"), "html"), First: r.Console().LocalStack.Post != nil}
	if !slices.Contains([]string{"text", "html", "source"}, d.Form) {
		return v, console.Refused(http.StatusBadRequest, "There is no form "+d.Form+".", "The forms are text, html and source.")
	}
	all, open, err := find(r, id)
	if err != nil {
		return v, err
	}
	d.Open, d.More = open, len(all) >= mailsShown
	d.All = slices.Clone(all[:min(mailsShown, len(all))])
	for i := range d.All {
		d.All[i] = d.All[i].masked()
	}
	d.open(r)
	v.Data = d
	return v, nil
}

// open is what the right side shows.
func (d *mailsData) open(r *console.Request) {
	if d.Open == nil {
		return
	}
	one := *d.Open
	if d.Masked {
		one = one.masked()
	} else {
		d.Grant = r.Grant(one.ID)
	}
	d.Open = &one
	for _, f := range []form{{"text", "Text", ""}, {"html", "HTML", ""}, {"source", "Source", ""}} {
		if f.Name == "html" && one.HTML == "" {
			continue
		}
		f.Path = "/local/mails/" + one.ID + "?as=" + f.Name
		d.Forms = append(d.Forms, f)
	}
	if d.Form == "html" && one.HTML == "" {
		d.Form = "text"
	}
}

// find returns the newest messages, and the one with the id: the newest without an id, nil
// if there is none at all. Only for an older one everything is read.
func find(r *console.Request, id string) (all []message, one *message, err error) {
	for _, newest := range []int{mailsShown, 0} {
		if all, err = messages(r.Context(), r.Console().Target, newest); err != nil {
			return nil, nil, err
		}
		i := slices.IndexFunc(all, func(m message) bool { return id == "" || m.ID == id })
		if i >= 0 {
			return all, &all[i], nil
		}
		if id == "" {
			return nil, nil, nil
		}
	}
	return nil, nil, console.Refused(http.StatusNotFound, "There is no such mail.", "It was removed, or is of another stack.")
}

// showHTML is a mail as its reader sees it. Only the frame of the mailbox gets it: as a
// top-level page it could lead elsewhere.
func showHTML(r *console.Request) (console.View, error) {
	q, err := r.Params("whole")
	if err != nil {
		return console.View{}, err
	}
	if to := r.Header.Get("Sec-Fetch-Dest"); to != "" && to != "iframe" {
		return console.View{}, console.Refused(http.StatusForbidden, "A mail is shown in the mailbox only.", "Open /local/mails.")
	}
	_, m, err := find(r, r.PathValue("id"))
	if err != nil {
		return console.View{}, err
	}
	one := *m
	if !r.Granted(one.ID, q.Get("whole")) {
		one = one.masked()
	}
	return console.View{File: &console.File{Type: "text/html; charset=utf-8", Policy: mailPolicy, Body: []byte(one.HTML)}}, nil
}

// messages are the mails and notices that the stack keeps, the newest first; of each up to
// so many of the newest, or all for 0.
func messages(ctx context.Context, t *cli.Target, newest int) (all []message, err error) {
	if t == nil {
		return nil, nil
	}
	part := ""
	if newest > 0 {
		part = fmt.Sprintf("?newest=%d", newest)
	}
	mails, err := cli.ReadLocal[json.RawMessage](ctx, t, "mails"+part)
	if err != nil {
		return nil, err
	}
	notices, err := cli.ReadLocal[json.RawMessage](ctx, t, "notices"+part)
	if err != nil {
		return nil, err
	}
	for _, raw := range mails {
		var m struct {
			command.Mail
			From string
		}
		if err := json.Unmarshal(raw, &m); err != nil {
			return nil, fmt.Errorf("read a mail: %w", err)
		}
		all = append(all, message{ID: identify(raw), Kind: m.Kind, From: m.From, To: m.To, Subject: m.Subject, Event: m.Event, At: at(m.At), Text: m.Text, HTML: m.HTML, Source: cmp.Or(m.HTML, pretty(raw))})
	}
	for _, raw := range notices {
		var n command.Notice
		if err := json.Unmarshal(raw, &n); err != nil {
			return nil, fmt.Errorf("read a notice: %w", err)
		}
		kind, to := "notice", n.Topic
		if n.To != "" {
			kind, to = "text message", n.To
		}
		all = append(all, message{ID: identify(raw), Kind: kind, To: to, Subject: cmp.Or(n.Subject, firstLine(n.Message)), At: at(n.At), Text: n.Message, Source: pretty(raw)})
	}
	slices.SortStableFunc(all, func(a, b message) int { return b.At.Compare(a.At) })
	return all, nil
}

// identify is a name for a message that its address can have.
func identify(raw []byte) string { return aws.Digest(raw)[:24] }

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// pretty is a message as the stack keeps it.
func pretty(raw []byte) string {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return string(raw)
	}
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // what was decoded can be encoded
	return out.String()
}
