// Reading an object whose members are known: each is asked for by name, and what nobody asked
// for is refused, because a gateway that ignores a condition enforces less than was signed.

import ClawgressJWS

/// The members of one object while they are read.
struct Members {
    private let members: [JSONMember]
    /// Those that were asked for, by position.
    ///
    /// No object of a snapshot knows 64 names, so with more members an unknown one is among the
    /// first 64 or nothing else is.
    private var taken: UInt64 = 0
    /// Where the last one was: whoever asks in the order of the text finds the next one here.
    private var place = 0

    init(_ value: JSONValue) throws(MemberProblem) {
        guard let members = value.members else { throw value.wrongType }
        self.members = members
    }

    /// Refuses what nobody asked for.
    func end() throws(MemberProblem) {
        guard taken.nonzeroBitCount < members.count else { return }
        let unknown = members.indices.first { $0 >= 64 || taken & (1 << UInt64($0)) == 0 }
        throw MemberProblem(.unknownName, at: members[unknown ?? 0].name)
    }

    /// A member's value as `read` takes it; nil if there is no such member.
    mutating func optional<Value>(
        _ name: String,
        _ read: (JSONValue) throws(MemberProblem) -> Value
    ) throws(MemberProblem) -> Value? {
        guard let value = take(name) else { return nil }
        do throws(MemberProblem) {
            return try read(value)
        } catch {
            throw error.under(name)
        }
    }

    /// A member's value as `read` takes it.
    mutating func required<Value>(
        _ name: String,
        _ read: (JSONValue) throws(MemberProblem) -> Value
    ) throws(MemberProblem) -> Value {
        guard let value = try optional(name, read) else { throw MemberProblem(.missing, at: name) }
        return value
    }

    private mutating func take(_ name: String) -> JSONValue? {
        for offset in members.indices {
            let candidate = (place + offset) % members.count
            // Swift's `==` takes canonically equivalent names for the same, but none of as many
            // bytes is equivalent to an ASCII name.
            let other = members[candidate].name
            guard other.utf8.count == name.utf8.count, other == name else { continue }
            place = candidate + 1
            if candidate < 64 { taken |= 1 << UInt64(candidate) }
            return members[candidate].value
        }
        return nil
    }
}

extension JSONValue {
    /// Why this value is not of the type that its place asks for.
    var wrongType: MemberProblem { MemberProblem(self == .null ? .null : .wrongType) }

    func readText() throws(MemberProblem) -> String {
        guard let text else { throw wrongType }
        return text
    }

    func readInteger() throws(MemberProblem) -> Int64 {
        guard let integer else { throw wrongType }
        return integer
    }

    func readCount() throws(MemberProblem) -> Int { Int(try readInteger()) }

    func readFlag() throws(MemberProblem) -> Bool {
        guard case .bool(let flag) = self else { throw wrongType }
        return flag
    }

    /// One of an enumeration's words.
    func readWord<Word: RawRepresentable<String>>() throws(MemberProblem) -> Word {
        guard let word = Word(rawValue: try readText()) else { throw MemberProblem(.unknownValue) }
        return word
    }

    /// A list, each element as `read` takes it.
    func readList<Element>(
        _ read: (JSONValue) throws(MemberProblem) -> Element
    ) throws(MemberProblem) -> [Element] {
        guard let elements else { throw wrongType }
        var list: [Element] = []
        list.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do throws(MemberProblem) {
                list.append(try read(element))
            } catch {
                throw error.under(index)
            }
        }
        return list
    }

    func readTexts() throws(MemberProblem) -> [String] {
        try readList { value throws(MemberProblem) in try value.readText() }
    }

    /// An object whose names are the author's and whose values are lists of text.
    func readNamedTexts() throws(MemberProblem) -> [String: [String]] {
        guard let members else { throw wrongType }
        var named: [String: [String]] = [:]
        for member in members {
            do throws(MemberProblem) {
                named[member.name] = try member.value.readTexts()
            } catch {
                throw error.under(member.name)
            }
        }
        return named
    }
}
