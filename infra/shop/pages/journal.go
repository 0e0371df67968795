package pages

import (
	"fmt"
	"net/url"
	"slices"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/shop/journal"
)

func (s *Shop) showJournal(r *console.Request) (console.View, error) {
	v := console.View{Title: "Journal", Body: listBody}
	p, err := filters(r, "since", "minor")
	if err != nil {
		return v, err
	}
	read, err := s.postings.get(r)
	if err != nil {
		return v, err
	}
	key := func(j journal.Posting) string { return j.Fact + " " + j.Text() }
	shown, found, next := page(read.Rows, p.after, key, func(j journal.Posting) bool { return p.Scope.Matches(j.Scope) && !j.At.Before(p.Since) })
	l := listOf(s, r, p, "Journal", "journal", read, len(shown), found, next)
	l.Columns, l.None, l.Filters = columnsOf(command.JournalColumns), command.NothingPosted, []string{"mode", "account", "since", "minor"}
	if p.Minor {
		l.Columns = append(l.Columns, "Currency")
	}
	for _, j := range shown {
		l.Rows = append(l.Rows, s.postingRows(j, p)...)
	}
	v.Data, v.Live = l, l.Reading || l.Audit.Running
	return v, nil
}

// postingRows has a row for each entry, as the command does.
func (s *Shop) postingRows(j journal.Posting, p params) (all []row) {
	side := func(n int64) cell {
		if n == 0 {
			return cell{Num: true}
		}
		return cell{Text: fmt.Sprint(p.Money(n, j.Currency)), Num: true}
	}
	first := []cell{{At: j.At}, {Text: j.Fact, ID: true, Path: sourcePath(j)}}
	last := []cell{{Text: j.Text()}, {Text: command.MemoText(j)}}
	for _, e := range j.Entries {
		cells := append(slices.Clone(first), cell{Text: e.Account}, side(e.Debit), side(e.Credit))
		cells = append(cells, last...)
		if p.Minor {
			cells = append(cells, cell{Text: j.Currency})
		}
		one := row{Cells: cells}
		if len(all) == 0 {
			one.ID = j.Fact
			one = s.audit.mark(one, journal.Table, j.Key(journal.Kind, j.Fact))
		}
		all = append(all, one)
		first, last = []cell{{}, {}}, []cell{{}, {}}
	}
	return all
}

// sourcePath is the timeline of what the transaction is of, if that is one of Stripe's.
func sourcePath(j journal.Posting) string {
	if stripeID.MatchString(j.Memo.Source) {
		return "/timeline/" + url.PathEscape(j.Memo.Source)
	}
	return ""
}
