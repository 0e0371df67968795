package console_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/console/consoletest"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator/operatortest"
)

var noon = time.Now().UTC().Truncate(24 * time.Hour).Add(-20 * 24 * time.Hour).Add(12 * time.Hour)

// happened stores an event of pi_1, so long after noon, with what the action made of it.
func (s *site) happened(id, kind, object, objectType string, after time.Duration, end func(*event.Delivery)) {
	s.Helper()
	amount := int64(4873)
	f := event.Facts{
		ID: id, Type: kind, Created: noon.Add(after), Received: noon.Add(after + time.Second), Object: object, ObjectType: objectType, Subject: "pi_1", Amount: &amount, Currency: "eur",
	}
	if end == nil {
		s.put(f)
		return
	}
	s.put(f, operatortest.Receipts)
	s.desk.Deliver(id, operatortest.Receipts, end)
}

func did(outcome string) func(*event.Delivery) {
	return func(d *event.Delivery) { d.State, d.Outcome = event.Done, outcome }
}

var tags = regexp.MustCompile(`<[^>]*>`)

// rows are the texts of the cells of the table, by row.
func rows(page string) (all []string) {
	_, rest, _ := strings.Cut(page, `<table class="tl">`)
	table, _, _ := strings.Cut(rest, "</table>")
	for _, r := range strings.Split(table, "<tr")[1:] {
		var cells []string
		for _, c := range regexp.MustCompile(`(?s)<t[hd][^>]*>.*?</t[hd]>`).FindAllString(r, -1) {
			span := ""
			if m := regexp.MustCompile(`colspan="(\d+)"`).FindStringSubmatch(c); m != nil {
				span = "*" + m[1]
			}
			cells = append(cells, strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(c, " "))), " ")+span)
		}
		all = append(all, strings.Join(cells, " | "))
	}
	return all
}

func TestTimelineHasAColumnForEachMoment(t *testing.T) {
	s := open(t, 0)
	s.happened("evt_1", "payment_intent.created", "pi_1", "payment_intent", 0, did("order #1 open"))
	s.happened("evt_2", "payment_intent.succeeded", "pi_1", "payment_intent", 31*time.Second, did("order #1 paid"))
	s.happened("evt_3", "charge.succeeded", "ch_1", "charge", 31*time.Second+500*time.Millisecond, did("order #1 paid"))
	s.happened("evt_4", "charge.dispute.created", "du_1", "dispute", 6*24*time.Hour+time.Hour, did("order #1 disputed"))
	got := rows(s.Page("/timeline/pi_1"))
	want := []string{
		fmt.Sprintf("Object or action | %s 12:00:00 | 12:00:31 | 6 d | %s 13:00:00 | now", noon.Format("2 Jan 2006"), noon.Add(6*24*time.Hour).Format("2 Jan 2006")),
		"Stripe | *5",
		"pi_1 payment_intent | created 48.73 EUR | succeeded | | |",
		"ch_1 charge | | succeeded 48.73 EUR | | |",
		"du_1 dispute | | | | created 48.73 EUR |",
		"Ours | *5",
		"send-receipt | order #1 open *1 | order #1 paid *2 | order #1 disputed *2",
	}
	for i := range want {
		line := regexp.MustCompile(` \d+ days later| \d+ h \d+ min later`).ReplaceAllString(got[min(i, len(got)-1)], "")
		if strings.Join(strings.Fields(strings.ReplaceAll(line, "*", " *")), " ") != strings.Join(strings.Fields(strings.ReplaceAll(want[i], "*", " *")), " ") {
			t.Errorf("row %d is\n%s, want\n%s", i, line, want[i])
		}
	}
	page := s.Page("/timeline/pi_1")
	for _, link := range []string{`href="/events/evt_2" title="payment_intent.succeeded"`, `href="/timeline/ch_1"`, `class="eff done m1 m2" href="/events/evt_2"`, `<div class="tl-list"`} {
		if !strings.Contains(strings.ReplaceAll(page, `<ol class="tl-list"`, `<div class="tl-list"`), link) {
			t.Errorf("the page has no %s", link)
		}
	}
}

func TestTimelineMarksWhatNeedsAPerson(t *testing.T) {
	s := open(t, 0)
	s.happened("evt_1", "charge.succeeded", "ch_1", "charge", 0, func(d *event.Delivery) { d.State, d.Error = event.Unknown, "the reply was lost" })
	s.happened("evt_2", "charge.refunded", "ch_1", "charge", time.Hour, func(d *event.Delivery) { d.State, d.Error = event.Parked, "no address" })
	s.happened("evt_3", "charge.updated", "ch_1", "charge", 2*time.Hour, func(d *event.Delivery) { d.State, d.Withheld, d.Outcome = event.Done, true, "skipped: no news" })
	page := s.Page("/timeline/pi_1")
	for _, want := range []string{`class="eff unknown m0"`, "the reply was lost", `class="eff parked m1"`, "no address"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(page, "no news") || strings.Contains(page, "lasts") {
		t.Error("what was ignored is shown, or what is not done lasts")
	}
}

func TestTimelineShowsTheNewestMomentsAndLeadsToOlderOnes(t *testing.T) {
	s := open(t, 0)
	for i := range 50 {
		end := map[int]func(*event.Delivery){5: did("order #1 open"), 40: did("order #1 paid")}[i]
		s.happened(fmt.Sprintf("evt_%02d", i), "charge.updated", "ch_1", "charge", time.Duration(i)*time.Minute, end)
	}
	page := s.Page("/timeline/pi_1")
	if !strings.Contains(page, "40 moments, 10 earlier") || strings.Contains(page, "evt_09") || !strings.Contains(page, "evt_10") {
		t.Error("the newest 40 are not what is shown")
	}
	got := rows(page)
	if last := got[len(got)-1]; !strings.HasPrefix(last, "send-receipt | from before order #1 open") || !strings.Contains(last, "order #1 paid") {
		t.Errorf("the row of the action is %s", last)
	}
	older := html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)[1])
	if page := s.Page(older); !strings.Contains(page, "10 moments, 40 later") || !strings.Contains(page, "evt_00") || !strings.Contains(page, ">Newest</a>") {
		t.Errorf("%s does not show the first ten", older)
	}
}

func TestTimelineOfNothingSaysSo(t *testing.T) {
	s := open(t, 2100)
	for path, want := range map[string]string{
		"/timeline/pi_none":       "No stored event is about pi_none.",
		"/timeline/du_none":       "No stored event is about du_none among the newest 2",
		"/timeline/du_none?all=1": "No stored event is about du_none.",
	} {
		if res, body := s.Ask(http.MethodGet, path, nil); res.StatusCode != http.StatusNotFound || !strings.Contains(body, want) {
			t.Errorf("%s: %s\n%s", path, res.Status, consoletest.Main(body))
		}
	}
	for _, path := range []string{"/timeline/pi_1?mode=dev", "/timeline/pi_1?before=yesterday", "/timeline/pi_1?limit=3", "/timeline?q=1"} {
		if res, _ := s.Ask(http.MethodGet, path, nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if page := s.Page("/timeline"); !strings.Contains(page, "payhooks events timeline") {
		t.Error("the page of the tab does not say what it is for")
	}
}

func TestTimelineOfHostileTextsHasNoMarkup(t *testing.T) {
	s := open(t, 0)
	bad := `<script>alert(1)</script>"><img src=x onerror=alert(1)>` + "\u202e"
	s.happened("evt_1", "charge."+bad, "ch_1"+bad, bad, 0, did("order "+bad))
	s.put(event.Facts{ID: "evt_2", Type: "x", Created: noon, Object: "../../events", ObjectType: "y", Subject: "pi_1"})
	page := s.Page("/timeline/pi_1")
	for _, never := range []string{"<script>alert", "<img", "\u202e", `href="/timeline/../`} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if _, body := s.Ask(http.MethodGet, "/timeline/%3Cscript%3Ealert(1)", nil); strings.Contains(body, "<script>alert") {
		t.Error("an id of the address is markup")
	}
}
