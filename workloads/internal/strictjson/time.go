package strictjson

import (
	"errors"
	"time"
)

var errTime = errors.New("must be an RFC 3339 timestamp such as 2026-02-15T09:30:00Z")

// ParseTime reads a date-time of RFC 3339 (5.6). time.Parse is looser (an hour of one
// digit, a comma, an offset of 24 hours) and stricter (no lower case, no leap second).
// A leap second, the last one of a month in UTC (5.7), is returned as the second
// after it.
func ParseTime(s string) (time.Time, error) {
	r := reader{rest: s}
	year := r.number(4, 0, 9999)
	r.one("-")
	month := r.number(2, 1, 12)
	r.one("-")
	day := r.number(2, 1, 31)
	r.one("Tt")
	hour := r.number(2, 0, 23)
	r.one(":")
	minute := r.number(2, 0, 59)
	r.one(":")
	second := r.number(2, 0, 60)
	nanos := r.fraction()
	zone := time.UTC
	switch sign := r.one("Zz+-"); sign {
	case '+', '-':
		offset := r.number(2, 0, 23)*3600 + r.minutes()*60
		if sign == '-' {
			offset = -offset
		}
		zone = time.FixedZone("", offset)
	}
	if r.bad || r.rest != "" {
		return time.Time{}, errTime
	}
	leap := second == 60
	if leap {
		second = 59
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone)
	if at.Day() != day { // the month has no such day
		return time.Time{}, errTime
	}
	if !leap {
		return at, nil
	}
	at = at.Add(time.Second)
	if first := at.UTC(); first.Day() != 1 || first.Hour() != 0 || first.Minute() != 0 {
		return time.Time{}, errTime
	}
	return at, nil
}

// reader reads the parts of a timestamp in turn. After the first wrong one it is bad.
type reader struct {
	rest string
	bad  bool
}

// one reads one byte of those that are allowed.
func (r *reader) one(allowed string) byte {
	for i := range len(allowed) {
		if r.rest != "" && r.rest[0] == allowed[i] {
			r.rest = r.rest[1:]
			return allowed[i]
		}
	}
	r.bad = true
	return 0
}

// number reads so many digits.
func (r *reader) number(digits, least, most int) int {
	value := 0
	for range digits {
		value = 10*value + int(r.one("0123456789")) - '0'
	}
	r.bad = r.bad || value < least || value > most
	return value
}

// minutes reads the minutes of an offset.
func (r *reader) minutes() int {
	r.one(":")
	return r.number(2, 0, 59)
}

// fraction reads the digits behind the seconds, if there are any, as nanoseconds.
func (r *reader) fraction() int {
	if r.rest == "" || r.rest[0] != '.' {
		return 0
	}
	r.rest = r.rest[1:]
	nanos, digits := 0, 0
	for ; r.rest != "" && r.rest[0] >= '0' && r.rest[0] <= '9'; digits++ {
		if digits < 9 {
			nanos = 10*nanos + int(r.rest[0]-'0')
		}
		r.rest = r.rest[1:]
	}
	for i := digits; i < 9; i++ {
		nanos *= 10
	}
	r.bad = r.bad || digits == 0
	return nanos
}
