module graphqltrees

go 1.25

require github.com/vektah/gqlparser/v2 v2.5.64
