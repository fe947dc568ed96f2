// The types of members that snapshots have.

import ClawgressJWS

extension Members {
    mutating func text(_ name: String) throws(MemberProblem) -> String {
        try required(name) { value throws(MemberProblem) in try value.readText() }
    }

    mutating func optionalText(_ name: String) throws(MemberProblem) -> String? {
        try optional(name) { value throws(MemberProblem) in try value.readText() }
    }

    mutating func integer(_ name: String) throws(MemberProblem) -> Int64 {
        try required(name) { value throws(MemberProblem) in try value.readInteger() }
    }

    mutating func optionalInteger(_ name: String) throws(MemberProblem) -> Int64? {
        try optional(name) { value throws(MemberProblem) in try value.readInteger() }
    }

    mutating func count(_ name: String) throws(MemberProblem) -> Int {
        try required(name) { value throws(MemberProblem) in try value.readCount() }
    }

    mutating func optionalCount(_ name: String) throws(MemberProblem) -> Int? {
        try optional(name) { value throws(MemberProblem) in try value.readCount() }
    }

    mutating func flag(_ name: String) throws(MemberProblem) -> Bool {
        try required(name) { value throws(MemberProblem) in try value.readFlag() }
    }

    mutating func word<Word: RawRepresentable<String>>(
        _ name: String
    ) throws(MemberProblem) -> Word {
        try required(name) { value throws(MemberProblem) in try value.readWord() }
    }

    mutating func texts(_ name: String) throws(MemberProblem) -> [String] {
        try required(name) { value throws(MemberProblem) in try value.readTexts() }
    }

    mutating func optionalTexts(_ name: String) throws(MemberProblem) -> [String]? {
        try optional(name) { value throws(MemberProblem) in try value.readTexts() }
    }

    mutating func namedTexts(_ name: String) throws(MemberProblem) -> [String: [String]] {
        try required(name) { value throws(MemberProblem) in try value.readNamedTexts() }
    }

    mutating func list<Element>(
        _ name: String,
        _ read: (JSONValue) throws(MemberProblem) -> Element
    ) throws(MemberProblem) -> [Element] {
        try required(name) { value throws(MemberProblem) in try value.readList(read) }
    }
}
